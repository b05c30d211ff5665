package form

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// documents returns the documents of testdata by name, and the seed where it
// is there.
func documents(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../../testdata/documents/*.md")
	if err != nil || len(names) < 12 {
		t.Fatalf("%d documents in testdata, %v", len(names), err)
	}
	docs := map[string][]byte{}
	for _, n := range append(names, "../../../shared/seed/PEAK_LOAD_RESULTS.md") {
		b, err := os.ReadFile(n)
		if err != nil {
			if strings.Contains(n, "shared") {
				continue
			}
			t.Fatal(err)
		}
		docs[filepath.Base(n)] = b
	}
	return docs
}

// A filling is what a test writes into a document: a function of the place
// alone, as a run's figures are.
type filling struct {
	tag       string
	skip      int // leaves out every slot whose number is divisible by it
	items     int // 0: lists are not set
	amend     bool
	note      bool
	tick      bool
	overwrite bool
}

// A tester is what testing and rapid have in common.
type tester interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}

func (f filling) fill(t tester, src []byte) ([]byte, Summary) {
	t.Helper()
	d, err := Parse("doc", src)
	if err != nil {
		t.Fatal(err)
	}
	return f.apply(d), d.Summary()
}

func (f filling) apply(d *Doc) []byte {
	d.touched = true // a fill that finds nothing to set is a fill
	if f.overwrite {
		d.Overwrite()
	}
	value := func(s *Slot, col string) string {
		v := f.tag + " *" + Escape(s.Label) + "* `" + col + "` < 5 \\| _x_"
		if f.note && len(s.Label)%2 == 0 {
			v += d.Footnote("pg", "Needs more for "+f.tag+".")
		}
		return v
	}
	skip := func(label string, n int) bool { return f.skip > 0 && (len(label)+n)%f.skip == 0 }
	for _, s := range d.Sections {
		for _, c := range s.Fields {
			if !skip(c.Label, 0) {
				c.Set(value(c, "field"))
			}
		}
		for _, tab := range s.Tables {
			for _, r := range tab.Rows {
				for i, c := range r.Cells {
					if i == 0 && f.amend && len(c.Original)%2 == 1 {
						c.Amend(c.Markup() + " (measured: " + f.tag + ")")
						continue
					}
					if c.State != Plain && !skip(c.Label, i) {
						c.Set(value(c, fmt.Sprint(i)))
					}
				}
			}
		}
		for _, l := range s.Lists {
			f.list(d, l, value, skip)
		}
	}
	for i, p := range d.Pictures() {
		if !skip(p.Name, i) {
			p.Set("<picture>\n<img alt=\"" + f.tag + "\">\n</picture>")
		}
	}
	return d.Bytes()
}

func (f filling) list(d *Doc, l *List, value func(*Slot, string) string, skip func(string, int) bool) {
	if f.items > 0 {
		var items []string
		for i := range f.items {
			item := fmt.Sprintf("%s: item %d", f.tag, i)
			if i > 0 || f.items > 1 { // one item alone reads alike everywhere, as "None found" does
				item += " of " + l.name
			}
			items = append(items, item)
		}
		l.SetItems(items)
	}
	for _, it := range l.Items {
		if it.Value != nil && !skip(it.Label, 1) {
			it.Value.Set(value(it.Value, "item"))
		}
		if it.Value == nil && !l.Open() {
			it.Text.Set(value(it.Text, "text"))
		}
		if f.tick {
			it.Tick(strings.Contains(it.Text.Text, "Execute"))
		}
		for _, n := range it.Lists {
			f.list(d, n, value, skip)
		}
	}
}

var (
	fillA = filling{tag: "A", items: 5, amend: true, note: true, tick: true}
	fillB = filling{tag: "Bee", skip: 3, items: 1, note: true}
	fillC = filling{tag: "C", items: 3, skip: 2, amend: true}
)

func TestUntouchedIsUnchanged(t *testing.T) {
	for name, src := range documents(t) {
		for _, b := range [][]byte{src, first(fillA.fill(t, src))} {
			d, _ := Parse(name, b)
			if !bytes.Equal(d.Bytes(), b) {
				t.Errorf("%s changed", name)
			}
		}
	}
}

func first(b []byte, _ Summary) []byte { return b }

func TestRefill(t *testing.T) {
	for name, src := range documents(t) {
		t.Run(name, func(t *testing.T) { refills(t, src) })
	}
}

// refills checks that filling twice is filling once and that nothing of an
// earlier fill is left by a later one.
func refills(t testing.TB, src []byte) {
	t.Helper()
	fills := []filling{fillA, fillB, fillC}
	for _, a := range fills {
		one, sa := a.fill(t, src)
		two, sb := a.fill(t, one)
		same(t, a.tag+" twice", one, two)
		if sa.Blanks != sb.Blanks || sa.Filled != sb.Filled || len(sa.Unknown) != len(sb.Unknown) || len(sb.Kept) > len(sa.Kept) {
			t.Errorf("%s twice: summary %+v, then %+v", a.tag, sa, sb)
		}
		for _, b := range fills {
			fresh, _ := b.fill(t, src)
			again, _ := b.fill(t, one)
			same(t, b.tag+" after "+a.tag, fresh, again)
		}
		d, _ := Parse("", one)
		d.touched = true
		same(t, "taking "+a.tag+" back", src, d.Bytes())
	}
}

func same(t tester, what string, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	w, g := strings.SplitAfter(string(want), "\n"), strings.SplitAfter(string(got), "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			have := "nothing"
			if i < len(g) {
				have = fmt.Sprintf("%q", g[i])
			}
			t.Errorf("%s: line %d: want %q, got %s", what, i+1, w[i], have)
			return
		}
	}
	t.Errorf("%s: %d lines more than wanted: %q", what, len(g)-len(w), g[len(w)])
}
