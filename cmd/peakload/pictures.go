package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/report/render/svg"
)

// besideDocument is the folder of a document's pictures, where --charts names
// no other.
const besideDocument = "charts"

// pictures fills the document's places for charts, and returns the files that
// show them. out is where the document goes, "" for standard output; dir is
// --charts. Given, the folder takes every chart, whatever the document has
// places for, under names that stay the same. Where it is not given the charts
// lie in a folder beside the document, which its neighbours share: a file's
// name there has a digest of what the file shows, so that no document changes
// another's pictures, and so that what the document says does not depend on
// its own name.
func pictures(j *job, dir, out string) []rendering {
	places := j.doc.Pictures()
	asked := dir != ""
	if !asked && len(places) == 0 {
		return nil
	}
	if !asked && out == "" {
		why := "no file to refer to: say where the document goes with -o, or where the charts go with --charts"
		if more := len(places) - 1; more > 0 {
			why = fmt.Sprintf("this and %d more have %s", more, why)
		}
		places[0].Decline(why)
		return nil
	}
	if !asked {
		dir = filepath.Join(filepath.Dir(out), besideDocument)
	}
	wanted := map[string]bool{}
	for _, p := range places {
		wanted[p.Name] = true
	}
	var files []rendering
	markup := map[string]string{}
	for _, c := range chart.Charts(j.analysis) {
		if !asked && !wanted[c.Name] {
			continue
		}
		light, dark := svg.Render(c, svg.Light), svg.Render(c, svg.Dark)
		mark := ""
		if !asked {
			sum := sha256.Sum256(append(slices.Clone(light), dark...))
			mark = hex.EncodeToString(sum[:4])
		}
		files = append(files,
			rendering{filepath.Join(dir, svg.FileName(c, mark, svg.Light)), light, true},
			rendering{filepath.Join(dir, svg.FileName(c, mark, svg.Dark)), dark, true})
		markup[c.Name] = svg.Picture(c, relative(dir, out), mark)
	}
	for _, p := range places {
		switch {
		case markup[p.Name] != "":
			p.Set(markup[p.Name])
		case !slices.Contains(chart.Names(), p.Name):
			p.Decline(unknownChart(p.Name, chart.Names()))
		default:
			// Without data there is no picture; the sections around the place say why.
			p.Decline("")
		}
	}
	return files
}

// ofDocument matches the pictures of an earlier fill that lie beside their
// document.
var ofDocument = regexp.MustCompile(`="` + besideDocument + `/([a-z]+-[0-9a-f]{8}-(?:light|dark)\.svg)"`)

// outdated returns the files beside the document that the fill before this one
// showed, and that nothing shows any more: not this fill, nor another Markdown
// file of the folder.
func outdated(doc *form.Doc, out string, fresh []rendering) []string {
	var files []string
	for _, p := range doc.Pictures() {
		for _, m := range ofDocument.FindAllStringSubmatch(p.Replaced(), -1) {
			files = append(files, m[1])
		}
	}
	for _, f := range fresh {
		files = slices.DeleteFunc(files, func(old string) bool { return old == filepath.Base(f.name) })
	}
	if len(files) == 0 {
		return nil
	}
	beside, err := os.ReadDir(filepath.Dir(out))
	if err != nil {
		return nil
	}
	for _, f := range beside {
		if f.IsDir() || f.Name() == filepath.Base(out) || !slices.Contains([]string{".md", ".markdown"}, strings.ToLower(filepath.Ext(f.Name()))) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(filepath.Dir(out), f.Name()))
		if err != nil {
			return nil // what it shows is not known
		}
		files = slices.DeleteFunc(files, func(old string) bool { return bytes.Contains(text, []byte(old)) })
	}
	for i := range files {
		files[i] = filepath.Join(filepath.Dir(out), besideDocument, files[i])
	}
	return files
}

// unknownChart says that there is no chart of that name, and which there are.
func unknownChart(name string, names []string) string {
	why := "there is no chart of that name; "
	if like := plan.Nearest(name, names); like != "" {
		why += "did you mean " + like + "? "
	}
	return why + "There are " + strings.Join(names, ", ")
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
