// Package html renders the filled document and the charts of its analysis as
// one page that needs no network: the verdict first, then the document with
// each chart where the document speaks of it.
//
// The page works without a script and in print, with static charts; where the
// chart library is built in, they become interactive. The same inputs give the
// same bytes. Recorded text is escaped by html/template, goldmark and
// encoding/json, and a content security policy lets only the page's own two
// scripts run, by their hashes.
package html

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/report/render/svg"
	"github.com/peakload/peakload/templates"
	"github.com/peakload/peakload/web"
)

// Page renders the filled document and the analysis as an HTML page.
func Page(markdown []byte, a *analyze.Analysis) ([]byte, error) {
	library, _ := web.ECharts()
	return pageWith(markdown, a, library)
}

// pageWith is Page with a chart library, or without one.
func pageWith(markdown []byte, a *analyze.Analysis, library []byte) ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"visible": chart.Visible,
		"icon":    func(class string) template.HTML { return template.HTML(icon(class, class, false)) },
	}).Parse(templates.PageHTML)
	if err != nil {
		return nil, err
	}
	draw := func(c chart.Chart) ([]byte, error) {
		f, err := newFigure(c, len(library) > 0)
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		err = t.ExecuteTemplate(&out, "figure", f)
		return out.Bytes(), err
	}
	doc, err := convert(form.WithoutPictures(markdown), chart.Charts(a), draw)
	if err != nil {
		return nil, err
	}
	v := newView(a)
	v.Title = doc.Title
	if v.Title == "" {
		v.Title = "Load test results"
	}
	v.Contents, v.Body = doc.Contents, template.HTML(doc.Body)
	v.Style = template.CSS(colours() + svg.Page.CSS() + templates.PageCSS)
	v.Script = template.JS(templates.PageJS)
	v.Library = template.JS(library)
	v.Policy = policy(len(library) > 0, string(v.Library), templates.PageJS)
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "page", v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// policy allows nothing but the page's own style, its pictures in data URLs
// and scripts with these texts; none of them when scripted is false.
func policy(scripted bool, scripts ...string) string {
	p := "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
	if !scripted {
		return p
	}
	p += "; script-src"
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
