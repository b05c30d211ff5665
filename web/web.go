// Package web holds the chart library of the HTML page. npm fetches it by the
// hashes of package-lock.json and build.mjs bundles it into dist (make
// assets); a program built without it has static charts only.
package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
)

//go:embed all:dist
var dist embed.FS

// ECharts returns the script of the chart library, which defines the global
// echarts, and whether there is one in this program.
func ECharts() (script []byte, ok bool) {
	packed, err := dist.ReadFile("dist/echarts.min.js.gz")
	if err != nil {
		return nil, false
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, false
	}
	script, err = io.ReadAll(r)
	return script, err == nil
}
