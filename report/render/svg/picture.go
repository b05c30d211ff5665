package svg

import (
	"html"
	"net/url"
	"path"
	"strings"

	"github.com/peakload/peakload/report/chart"
)

// Picture returns the HTML by which a Markdown document shows a chart: the
// light or the dark one of its two files, as the reader's theme asks for,
// which GitHub follows in <picture>. Its text alternative is the finding. dir
// is where the files are, relative to the document, with slashes; mark is
// FileName's.
func Picture(c chart.Chart, dir, mark string) string {
	at := func(theme Theme) string {
		parts := strings.Split(path.Join(dir, FileName(c, mark, theme)), "/")
		for i := range parts {
			parts[i] = url.PathEscape(parts[i])
		}
		return html.EscapeString(strings.Join(parts, "/"))
	}
	return "<picture>\n" +
		`<source media="(prefers-color-scheme: dark)" srcset="` + at(Dark) + `">` + "\n" +
		`<img alt="` + html.EscapeString(oneLine(c.Title+". "+c.Finding)) + `" src="` + at(Light) + `">` + "\n" +
		"</picture>"
}

// FileName is the name of a chart's file in a theme: "latency-dark.svg", or
// with a mark "latency-MARK-dark.svg".
func FileName(c chart.Chart, mark string, t Theme) string {
	name := c.Name
	if mark != "" {
		name += "-" + mark
	}
	if t == Dark {
		return name + "-dark.svg"
	}
	return name + "-light.svg"
}

// oneLine makes text of any origin one line: a blank line would end the block
// of HTML in Markdown.
func oneLine(s string) string { return strings.Join(strings.Fields(chart.Visible(s)), " ") }
