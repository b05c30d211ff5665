// Bundles the chart library into dist/echarts.min.js.gz, from where it is
// embedded. The same lockfile gives the same bytes.
import {readFileSync, writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8').trim();
const version = (name) => JSON.parse(read(`node_modules/${name}/package.json`)).version;

// The licences of what is in the bundle travel with it.
const notice = [
  `Apache ECharts ${version('echarts')}, reduced to what this page draws. Licensed under the Apache License, Version 2.0:`,
  'https://www.apache.org/licenses/LICENSE-2.0',
  '', read('node_modules/echarts/NOTICE'),
  '', `ZRender ${version('zrender')}:`, read('node_modules/zrender/LICENSE'),
  '', `tslib ${version('tslib')}:`, read('node_modules/tslib/LICENSE.txt'),
].join('\n');

const {outputFiles: [bundle]} = await build({
  absWorkingDir: new URL('.', import.meta.url).pathname,
  entryPoints: ['echarts.mjs'],
  bundle: true,
  minify: true,
  format: 'iife',
  globalName: 'echarts',
  target: 'es2020',
  charset: 'ascii',
  legalComments: 'none',
  banner: {js: `/*!\n${notice.replaceAll('*/', '* /')}\n*/`},
  write: false,
});
const script = bundle.text.replaceAll('\r', '');
if (/<\/script|<!--/i.test(script)) throw new Error('the bundle would end the script element that it stands in');
writeFileSync(new URL('dist/echarts.min.js.gz', import.meta.url), gzipSync(script, {level: 9}));
console.log(`dist/echarts.min.js.gz: ECharts ${version('echarts')}, ${script.length} bytes, compressed`);
