// Package html renders the filled document and the charts of its analysis as
// one page that needs no network: the verdict first, then the document with
// each chart where the document speaks of it.
//
// The page works without a script and in print, with static charts; where the
// chart library is built in, they become interactive. Every figure says on
// demand where it comes from (see ledger), and at the end of the page without
// a script. The same inputs give the
// same bytes. Recorded text is escaped by html/template, goldmark and
// encoding/json, and a content security policy lets only the page's own
// scripts run, by their hashes.
package html

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/report/render/svg"
	"github.com/peakload/peakload/templates"
	"github.com/peakload/peakload/web"
)

// Page renders the filled document and the analysis as an HTML page. The marks
// of the document's figures lead to traces; there need not be any.
func Page(markdown []byte, traces []report.Trace, a *analyze.Analysis) ([]byte, error) {
	library, _ := web.ECharts()
	return pageWith(markdown, traces, a, library)
}

// pageWith is Page with a chart library, or without one.
func pageWith(markdown []byte, traces []report.Trace, a *analyze.Analysis, library []byte) ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"visible": chart.Visible,
		"icon":    func(class string) template.HTML { return template.HTML(icon(class, class, false)) },
	}).Parse(templates.PageHTML)
	if err != nil {
		return nil, err
	}
	l := newLedger()
	draw := func(c chart.Chart) ([]byte, error) {
		f, err := newFigure(c, l, len(library) > 0)
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		err = t.ExecuteTemplate(&out, "figure", f)
		return out.Bytes(), err
	}
	doc, err := convert(form.WithoutPictures(markdown), traces, l, chart.Charts(a), draw)
	if err != nil {
		return nil, err
	}
	v := newView(a, l)
	v.Title = doc.Title
	if v.Title == "" {
		v.Title = "Load test results"
	}
	v.Contents, v.Body, v.References = doc.Contents, template.HTML(doc.Body), doc.References
	if v.Figures, err = l.json(); err != nil {
		return nil, err
	}
	v.Style = template.CSS(colours() + svg.Page.CSS() + templates.PageCSS)
	v.Early, v.Script = earlyScript, template.JS(templates.PageJS)
	scripts := []string{earlyScript, templates.PageJS}
	if len(library) > 0 {
		v.Library, v.Charts = template.JS(library), template.JS(templates.ChartsJS)
		scripts = append(scripts, string(v.Library), templates.ChartsJS)
	}
	v.Policy = policy(scripts)
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "page", v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// earlyScript tells the style sheet, before anything is shown, that scripts
// run: what only they make use of is laid out for them.
const earlyScript = "document.documentElement.className='js'"

// policy allows nothing but the page's own style, its pictures in data URLs
// and scripts with these texts.
func policy(scripts []string) string {
	p := "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src"
	for _, s := range scripts {
		sum := sha256.Sum256([]byte(s))
		p += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return p
}

// colours declares the palette as custom properties; print is light.
func colours() string {
	var light, dark strings.Builder
	for _, c := range svg.Palette() {
		light.WriteString("--" + c.Name + ":" + c.Light + ";")
		dark.WriteString("--" + c.Name + ":" + c.Dark + ";")
	}
	return ":root{color-scheme:light dark;" + light.String() + "}\n" +
		"@media (prefers-color-scheme:dark){:root{" + dark.String() + "}}\n" +
		"@media print{:root{color-scheme:light;" + light.String() + "}}\n"
}
