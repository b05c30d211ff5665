package html

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/form"
)

// A part is a heading of the document and where its own text ends.
type part struct {
	path    []string // keys of the headings above it and of itself
	last    ast.Node // the last block before the next heading
	columns []string // keys of the headers of its tables
}

// place puts each chart at the end of the part of the document that speaks of
// it, known by its heading or else by the columns of its table. Charts that no
// part speaks of come at the end, under a heading of their own.
func place(root ast.Node, source []byte, charts []chart.Chart) {
	parts := partsOf(root, source)
	var left []chart.Chart
	for _, c := range charts {
		p := home(parts, c)
		if p == nil {
			left = append(left, c)
			continue
		}
		f := &figure{chart: c}
		root.InsertAfter(root, p.last, f)
		p.last = f
	}
	if len(left) == 0 {
		return
	}
	h := ast.NewHeading(2)
	h.SetAttributeString("id", []byte("pl.charts"))
	h.AppendChild(h, ast.NewString([]byte("Charts")))
	blocks := []ast.Node{h}
	for _, c := range left {
		blocks = append(blocks, &figure{chart: c})
	}
	notes := root.LastChild()
	for _, b := range blocks {
		if notes != nil && notes.Kind() == east.KindFootnoteList {
			root.InsertBefore(root, notes, b)
		} else {
			root.AppendChild(root, b)
		}
	}
}

func partsOf(root ast.Node, source []byte) []*part {
	var parts []*part
	var levels []int
	var path []string
	var current *part
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			for len(levels) > 0 && levels[len(levels)-1] >= h.Level {
				levels, path = levels[:len(levels)-1], path[:len(path)-1]
			}
			levels, path = append(levels, h.Level), append(path, form.Key(plain(h, source)))
			current = &part{path: slices.Clone(path)}
			parts = append(parts, current)
		}
		if current == nil || n.Kind() == east.KindFootnoteList {
			continue
		}
		current.last = n
		if t, ok := n.(*east.Table); ok && t.FirstChild() != nil {
			for cell := t.FirstChild().FirstChild(); cell != nil; cell = cell.NextSibling() {
				current.columns = append(current.columns, form.Key(plain(cell, source)))
			}
		}
	}
	return parts
}

// home returns the part that a chart belongs to, or nil.
func home(parts []*part, c chart.Chart) *part {
	for _, name := range c.Under {
		for _, p := range parts {
			if under(p.path, strings.Split(name, "/")) {
				return p
			}
		}
	}
	for _, p := range parts {
		if len(c.Columns) > 0 && !slices.ContainsFunc(c.Columns, func(k string) bool { return !slices.Contains(p.columns, form.Key(k)) }) {
			return p
		}
	}
	return nil
}

// under reports whether a path of headings ends in these names.
func under(path, names []string) bool {
	if len(names) > len(path) {
		return false
	}
	for i, name := range names {
		key := path[len(path)-len(names)+i]
		if prefix, ok := strings.CutSuffix(name, "*"); ok {
			if !strings.HasPrefix(key, form.Key(prefix)) {
				return false
			}
		} else if key != form.Key(name) {
			return false
		}
	}
	return true
}
