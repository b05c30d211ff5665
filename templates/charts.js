// Makes the static charts of this page interactive. Options are data: this
// script gives them colours, from the page's custom properties, and functions,
// by name. Without it, and in print, the static charts stay.
(() => {
  'use strict';
  if (!window.echarts) return;

  const group = (v, digits = 3) => {
    if (!Number.isFinite(v)) return '';
    const whole = Math.abs(v) >= 10 ** digits;
    return v.toLocaleString('en-US', whole ? {maximumFractionDigits: 0} : {maximumSignificantDigits: digits}).replace('-', '−');
  };
  const two = (n) => String(n).padStart(2, '0');
  const clock = (v) => {
    const s = Math.round(v), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  };
  const ticks = {
    clock,
    hours: (v) => `${Math.floor(Math.round(v / 60) / 60)}:${two(Math.round(v / 60) % 60)}`,
    ms: (v) => group(v * 1000),
    s: (v) => group(v),
    percent: (v) => `${group(v * 100)}%`,
    change: (v) => `${v > 0 ? '+' : ''}${group(v * 100)}%`,
    number: (v) => group(v),
    times: (v) => `×${group(10 ** v)}`,
    bytes: (v) => {
      const [name, unit] = [[' GB', 2 ** 30], [' MB', 2 ** 20], [' KB', 2 ** 10], [' B', 1]].find(([, u]) => Math.abs(v) >= 0.999 * u) || [' B', 1];
      return v ? group(v / unit) + name : '0';
    },
  };
  const suffix = {ms: ' ms', s: ' s'};
  const shown = (format) => (v) => v == null ? '–' : ticks[format](v) + (suffix[format] || '');

  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();

  const font = getComputedStyle(document.body).fontFamily;

  // shorten cuts the middle out of a name that is wider than room.
  const ruler = document.createElement('canvas').getContext('2d');
  const shorten = (text, room) => {
    ruler.font = `12px ${font}`;
    if (ruler.measureText(text).width <= room) return text;
    const letters = Array.from(text);
    for (let keep = letters.length - 1; keep > 1; keep--) {
      const cut = letters.slice(0, Math.ceil(keep / 2)).join('') + '…' + letters.slice(letters.length - Math.floor(keep / 2)).join('');
      if (ruler.measureText(cut).width <= room) return cut;
    }
    return '…';
  };

  // dress replaces the names of colours and functions in an option.
  const dress = (value, functions) => {
    for (const key of Object.keys(value)) {
      const v = value[key];
      if (key === 'color' && typeof v === 'string' && v.startsWith('--')) value[key] = colour(v);
      else if (key === 'formatter' && typeof v === 'string' && Object.hasOwn(functions, v)) value[key] = functions[v];
      else if (v && typeof v === 'object') dress(v, functions);
    }
  };

  // timeTicks puts the ticks of a time axis at round times, about nine of them.
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  const timeTicks = (from, to) => {
    const interval = steps.find((step) => (to - from) / step <= 9) || 86400;
    const values = [];
    for (let k = Math.ceil(from / interval - 0.001); k * interval <= to + 0.001 * interval; k++) values.push(k * interval);
    return {axisLabel: {customValues: values}, axisTick: {customValues: values}};
  };

  const timed = (p) => p.clock === 'clock' || p.clock === 'hours';

  // axisTicks puts the ticks of an X axis, of time or of anything else.
  const axisTicks = (p, from, to) => {
    if (p.names) return {axisLabel: {customValues: p.ticks, formatter: xText(p)}, axisTick: {customValues: p.ticks}};
    return timed(p) ? timeTicks(from, to) : {axisLabel: {}, axisTick: {}};
  };

  // xText writes a place on the X axis.
  const xText = (p) => p.names ? (v) => p.names[Math.round(v) - 1] || '' : ticks[p.clock] || clock;

  const zooms = (p, axes) => [
    {type: 'inside', xAxisIndex: axes, zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, moveOnMouseMove: false, filterMode: 'none'},
    {type: 'slider', xAxisIndex: axes, height: 18, bottom: 8, filterMode: 'none', labelFormatter: xText(p), brushSelect: false, showDataShadow: false,
      borderColor: 'transparent', backgroundColor: colour('--band'), fillerColor: colour('--peak'), handleStyle: {color: colour('--ground'), borderColor: colour('--muted')},
      moveHandleSize: 0, textStyle: {color: colour('--muted'), fontSize: 11}, left: 44, right: 44, showDetail: true},
  ];

  // trim gives a series its tooltip and the labels of its areas and lines the
  // room that they have.
  const trim = (p, s, i, span, room) => {
    s.tooltip = {valueFormatter: shown(p.formats[i])};
    s.emphasis = {disabled: true};
    s.symbolSize = 5;
    for (const [from, to] of s.markArea?.data || []) {
      const wide = (to.xAxis - from.xAxis) / span * room - 4;
      const fits = ruler.measureText(from.name).width <= wide || wide > 60;
      from.label = {...from.label, show: Boolean(from.name) && fits && from.label?.show !== false, width: wide, overflow: 'truncate', fontSize: 11, distance: 4, textBorderColor: colour('--ground'), textBorderWidth: 2};
    }
    if (s.markArea) s.markArea.silent = true;
    // Labels of places on the X axis stand beside their line, on the side where
    // there is room, and below each other where they would meet.
    ruler.font = `12px ${font}`;
    const taken = [];
    for (const l of s.markLine?.data || []) {
      l.label = {...l.label, fontSize: 12, textBorderColor: colour('--ground'), textBorderWidth: 3};
      if (l.xAxis == null || !l.label.show) continue;
      let name = l.name;
      const x = (l.xAxis - s.markLine.from) / span * room;
      if (room < 400 || Math.max(x, room - x) < ruler.measureText(name).width * 1.1 + 8) name = name.split(': ')[0];
      const wide = Math.min(ruler.measureText(name).width * 1.1 + 8, Math.max(x, room - x));
      const right = x + wide <= room || x < room / 2;
      const [from, to] = right ? [x, x + wide] : [x - wide, x];
      let row = 0;
      while (taken.some((t) => t.row === row && t.from < to && from < t.to)) row++;
      taken.push({row, from, to});
      l.label = {...l.label, formatter: () => name, width: wide, overflow: 'truncate', rotate: 0, position: 'end', distance: -14 - 16 * row, align: right ? 'left' : 'right', offset: [right ? 6 : -6, 0]};
    }
    if (s.markLine) s.markLine.silent = true;
  };

  // legendRows is how many rows the legend takes.
  const legendRows = (option, width) => {
    ruler.font = `12px ${font}`;
    let rows = 1, used = 0;
    for (const s of option.series) {
      const wide = ruler.measureText(s.name).width * 1.12 + 42;
      if (used > 0 && used + wide > width) {
        rows++;
        used = 0;
      }
      used += wide;
    }
    return rows;
  };

  // lineOption lays out a chart over time for a width.
  const lineOption = (p, option, width) => {
    const rows = legendRows(option, width);
    option.legend = {...option.legend, itemWidth: 20, itemHeight: 10, itemGap: 14, icon: 'roundRect', inactiveColor: colour('--edge')};
    option.grid = {left: 6, right: 10, top: 42 + 20 * rows, bottom: 60, containLabel: true};
    option.dataZoom = zooms(p, [0]);
    option.yAxis.forEach((y, i) => {
      y.nameTextStyle = {color: colour('--muted'), fontSize: 11, align: i ? 'right' : 'left', padding: [0, 0, 8, 0]};
      y.nameGap = 22;
      y.nameMoveOverlap = false;
      y.axisTick = {show: false};
      y.axisLine = {show: false};
      if (i) y.position = 'right';
    });
    option.xAxis.forEach((x) => {
      const {axisLabel, axisTick} = axisTicks(p, x.min, x.max);
      x.axisLabel = {...x.axisLabel, ...axisLabel};
      x.axisTick = axisTick;
      x.nameTextStyle = {color: colour('--muted'), fontSize: 11};
      x.axisPointer = {label: {formatter: ({value}) => xText(p)(value)}, lineStyle: {color: colour('--muted')}};
    });
    const span = option.xAxis[0].max - option.xAxis[0].min;
    option.series.forEach((s, i) => {
      if (s.markLine) s.markLine.from = option.xAxis[0].min;
      trim(p, s, i, span, width - 90);
    });
    return p.height + 20 * (rows - 1);
  };

  // stripOption lays out charts below each other over one X axis.
  const stripOption = (p, option, width) => {
    const left = 58, right = 12, legend = option.legend?.show ? 6 + 20 * legendRows(option, width) : 0;
    option.legend = {...option.legend, itemWidth: 20, itemHeight: 10, itemGap: 14, icon: 'roundRect', inactiveColor: colour('--edge')};
    let top = legend + (option.series.some((s) => s.markArea?.data.some(([from]) => from.name)) ? 54 : 40);
    const top0 = top;
    option.grid = p.strips.map((height) => {
      const grid = {left, right, top, height, containLabel: false, outerBoundsMode: 'none'};
      top += height + 40;
      return grid;
    });
    const axes = option.xAxis.map((_, i) => i);
    option.dataZoom = p.names ? [] : zooms(p, axes);
    option.axisPointer = {link: [{xAxisIndex: 'all'}]};
    option.yAxis.forEach((y, i) => {
      y.nameLocation = 'end';
      y.nameGap = i === 0 && top0 > 40 + legend ? 27 : 13;
      y.nameMoveOverlap = false;
      y.nameTextStyle = {color: colour('--ink'), fontSize: 12, align: 'left', padding: [0, 0, 0, -left + 4]};
      y.axisTick = {show: false};
      y.axisLine = {show: false};
      y.axisLabel = {...y.axisLabel, fontSize: 11, showMaxLabel: true};
    });
    option.xAxis.forEach((x, i) => {
      const last = i === option.xAxis.length - 1;
      const {axisLabel, axisTick} = axisTicks(p, x.min, x.max);
      x.axisLabel = {...x.axisLabel, ...axisLabel, show: last};
      x.axisTick = last ? axisTick : {show: false};
      x.nameTextStyle = {color: colour('--muted'), fontSize: 11};
      x.axisPointer = {label: {show: last, formatter: ({value}) => xText(p)(value)}, lineStyle: {color: colour('--muted')}};
    });
    const span = option.xAxis[0].max - option.xAxis[0].min;
    option.series.forEach((s, i) => {
      if (s.markLine) s.markLine.from = option.xAxis[0].min;
      trim(p, s, i, span, width - left - right);
      for (const l of s.markLine?.data || []) if (l.yAxis != null) l.label.position = 'insideEndTop';
    });
    return top + (p.names ? 12 : 46);
  };

  // barOption puts panels beside each other where there is room, else below.
  const barOption = (p, option, width) => {
    const n = option.series.length, rows = option.yAxis[0].data.length;
    const side = width >= 560, gap = 32;
    const column = side ? (width - gap * (n - 1)) / n : width;
    const plot = rows * 40, panel = plot + 64;
    ruler.font = `12px ${font}`;
    option.grid = option.series.map((s, i) => {
      // As wide as the bar whose label reaches farthest allows.
      const {min, max} = option.xAxis[i];
      const room = Math.min(column - 12, ...p.labels[i].map((t, k) =>
        (column - ruler.measureText(t).width * 1.1 - 14) / Math.max((Math.max(s.data[k], 0) - min) / (max - min), 0.02)));
      return {left: side ? i * (column + gap) : 0, top: 22 + (side ? 0 : i * panel), height: plot, width: Math.max(room, column / 4), containLabel: false};
    });
    option.xAxis.forEach((x) => {
      x.nameTextStyle = {color: colour('--muted'), fontSize: 11};
      x.axisLabel = {...x.axisLabel, alignMinLabel: 'left'};
      x.axisPointer = {show: false};
    });
    option.yAxis.forEach((y, i) => {
      y.axisTick = {show: false};
      y.axisLine = {show: false};
      y.axisLabel = {...y.axisLabel, margin: 0, padding: [0, 0, 12, 0], textBorderColor: colour('--ground'), textBorderWidth: 3, show: !side || i === 0, formatter: (name) => shorten(name, side ? width : column)};
      y.z = 5;
      y.axisPointer = {label: {show: false}};
    });
    option.series.forEach((s, i) => {
      s.label = {...s.label, distance: 6, textBorderColor: colour('--ground'), textBorderWidth: 3, formatter: ({dataIndex}) => p.labels[i][dataIndex]};
      s.tooltip = {valueFormatter: (_, index) => p.labels[i][index]};
      s.emphasis = {disabled: true};
      s.barWidth = 14;
      for (const l of s.markLine?.data || []) l.label = {...l.label, fontSize: 11};
      if (s.markLine) s.markLine.silent = true;
    });
    return (side ? panel : panel * n) + 6;
  };

  const draw = (figure) => {
    const stage = figure.querySelector('.live');
    const p = JSON.parse(figure.querySelector('script').textContent);
    p.height = Number(stage.dataset.height);
    p.clock = p.option.xAxis.at(-1).axisLabel.formatter;
    const option = p.option;
    figure.classList.add('is-live');
    const width = stage.clientWidth;
    dress(option, {...ticks, name: '{b}'});
    const layOut = p.labels ? barOption : p.strips ? stripOption : lineOption;
    const height = layOut(p, option, width);
    stage.style.height = `${height}px`;
    option.textStyle = {fontFamily: font};
    option.backgroundColor = 'transparent';
    option.tooltip = {...option.tooltip, confine: true, backgroundColor: colour('--ground'), borderColor: colour('--edge'),
      textStyle: {color: colour('--ink'), fontSize: 12}, extraCssText: 'max-width:min(90vw,34rem);white-space:normal;overflow-wrap:anywhere'};
    const chart = echarts.getInstanceByDom(stage) || echarts.init(stage, null, {renderer: 'canvas'});
    chart.resize();
    const shared = !p.labels && timed(p);
    if (shared) option.dataZoom.forEach((z) => Object.assign(z, zoom));
    chart.setOption(option, true);
    if (shared) {
      const {min, max} = option.xAxis[0];
      const tick = () => {
        const shown = timeTicks(min + (max - min) * zoom.start / 100, min + (max - min) * zoom.end / 100);
        chart.setOption({xAxis: option.xAxis.map((_, i) => i === option.xAxis.length - 1 ? shown : {})});
      };
      chart.group = 'time';
      chart.off('datazoom');
      chart.on('datazoom', () => {
        const {start, end} = chart.getOption().dataZoom[0];
        Object.assign(zoom, {start, end});
        tick();
      });
      if (zoom.start > 0 || zoom.end < 100) tick();
    }
  };

  // What is in the window is drawn at once, the rest one by one when the page
  // has nothing else to do.
  const zoom = {start: 0, end: 100};
  const idle = window.requestIdleCallback || ((act) => setTimeout(act, 1));
  let queue = [];
  const next = () => {
    const figure = queue.shift();
    if (!figure) return;
    try {
      draw(figure);
    } catch (e) {
      figure.classList.remove('is-live');
      console.error(e);
    }
  };
  const work = () => {
    next();
    if (queue.length) idle(work, {timeout: 500});
    else document.documentElement.dataset.charts = 'drawn';
  };
  const all = () => {
    const busy = queue.length > 0;
    queue = [...document.querySelectorAll('figure.chart')].filter((f) => f.querySelector('.live'));
    const inWindow = (f) => {
      const {top, bottom} = f.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    };
    queue.sort((f, g) => inWindow(g) - inWindow(f));
    for (let n = queue.filter(inWindow).length; n > 0; n--) next();
    if (!busy) work();
  };
  echarts.connect('time');
  all();
  performance.mark('interactive');

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all);
  let width = innerWidth, wait = 0;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(wait);
    wait = setTimeout(all, 100);
  });
})();
