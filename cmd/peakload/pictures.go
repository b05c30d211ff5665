package main

import (
	"path/filepath"
	"strings"

	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/render/svg"
)

// pictures fills the document's places for charts, and returns the files that
// show them. out is where the document goes, "" for standard output; dir is
// --charts, and where that is not given the charts lie beside the document, in
// a folder named after it. Given, it takes every chart, whatever the document
// has places for.
func pictures(j *job, dir, out string) []rendering {
	places := j.doc.Pictures()
	asked := dir != ""
	if dir == "" && out != "" {
		dir = strings.TrimSuffix(out, filepath.Ext(out)) + "_charts"
	}
	if !asked && len(places) == 0 {
		return nil
	}
	if dir == "" {
		for _, p := range places {
			p.Decline("no file to refer to: say where the document goes with -o, or where the charts go with --charts")
		}
		return nil
	}
	charts := map[string]chart.Chart{}
	var names []string
	for _, c := range chart.Charts(j.analysis) {
		charts[c.Name] = c
		names = append(names, c.Name)
	}
	shown := map[string]bool{}
	for _, p := range places {
		c, ok := charts[p.Name]
		if !ok {
			why := "this run has no data for such a chart"
			if len(names) > 0 {
				why += "; there are " + strings.Join(names, ", ")
			}
			p.Decline(why)
			continue
		}
		p.Set(svg.Picture(c, relative(dir, out)))
		shown[p.Name] = true
	}
	var files []rendering
	for _, name := range names {
		if !asked && !shown[name] {
			continue
		}
		for _, theme := range []svg.Theme{svg.Light, svg.Dark} {
			files = append(files, rendering{filepath.Join(dir, svg.FileName(charts[name], theme)), svg.Render(charts[name], theme), true})
		}
	}
	return files
}

// relative is the folder of the charts as seen from the document: a document
// on standard output is taken to be in the current folder.
func relative(dir, out string) string {
	from, err := filepath.Abs(filepath.Dir(out))
	if err != nil {
		return filepath.ToSlash(dir)
	}
	to, err := filepath.Abs(dir)
	if err != nil {
		return filepath.ToSlash(dir)
	}
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return filepath.ToSlash(dir)
	}
	return filepath.ToSlash(rel)
}
