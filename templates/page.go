package templates

import _ "embed"

// PageHTML is the html/template of the HTML page.
//
//go:embed page.html.tmpl
var PageHTML string

// PageCSS is the page's style sheet; colours come before it.
//
//go:embed page.css
var PageCSS string

// PageJS is the page's own script: it shows where figures come from, and sorts
// and filters the table of endpoints.
//
//go:embed page.js
var PageJS string

// ChartsJS makes the static charts interactive where the chart library is.
//
//go:embed charts.js
var ChartsJS string
