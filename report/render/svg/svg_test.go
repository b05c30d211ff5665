package svg_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/chart/charttest"
	"github.com/peakload/peakload/report/render/svg"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	for _, c := range chart.Charts(charttest.Healthy()) {
		// Fewer points, so that a person can read the difference.
		for i, s := range c.Series {
			c.Series[i].Points = chart.Downsample(s.Points, 40)
		}
		got := svg.Render(c, svg.Light)
		file := filepath.Join("testdata", c.Name+".svg")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(elements(want), elements(got)); d != "" {
			t.Errorf("%s (-update writes it anew):\n%s", file, d)
		}
	}
}

// elements splits a drawing into its elements, for a readable difference.
func elements(b []byte) []string { return strings.SplitAfter(string(b), ">") }

var known = map[string]bool{"svg": true, "style": true, "rect": true, "line": true, "path": true, "text": true, "circle": true}
var coordinate = regexp.MustCompile(`^-?\d+(\.\d)?$`)

// Every drawing is well-formed, holds no element but the writer's own,
// whatever endpoints are called, and stays within its frame.
func TestDrawings(t *testing.T) {
	for _, a := range []*analyze.Analysis{charttest.Overloaded(), charttest.Healthy(), charttest.Cumulative(), charttest.Long()} {
		for _, c := range chart.Charts(a) {
			for _, theme := range []svg.Theme{svg.Light, svg.Dark, svg.Page} {
				for _, width := range []int{svg.Wide, svg.Narrow} {
					b := svg.RenderAt(c, theme, width)
					if !bytes.Equal(b, svg.RenderAt(c, theme, width)) {
						t.Errorf("%s: two drawings differ", c.Name)
					}
					if len(b) > 60_000 {
						t.Errorf("%s: %d bytes", c.Name, len(b))
					}
					inspect(t, c.Name, b, float64(width))
				}
			}
		}
	}
}

func inspect(t *testing.T, name string, b []byte, width float64) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !known[e.Name.Local] {
			t.Errorf("%s: element %s", name, e.Name.Local)
		}
		for _, at := range e.Attr {
			switch at.Name.Local {
			case "x", "x1", "x2", "y", "y1", "y2":
				v, err := strconv.ParseFloat(at.Value, 64)
				if err != nil || !coordinate.MatchString(at.Value) || v < -0.05 || at.Name.Local[0] == 'x' && v > width+0.05 {
					t.Errorf("%s: <%s %s=%q>", name, e.Name.Local, at.Name.Local, at.Value)
				}
			case "d":
				if strings.Contains(at.Value, "NaN") || strings.Contains(at.Value, "Inf") {
					t.Errorf("%s: path %.80s", name, at.Value)
				}
			case "onload", "onerror", "onclick", "href":
				t.Errorf("%s: attribute %s", name, at.Name.Local)
			}
		}
	}
}

// Every colour that the style sheet names is in the palette.
func TestThemes(t *testing.T) {
	for _, theme := range []svg.Theme{svg.Light, svg.Dark, svg.Page} {
		if css := theme.CSS(); strings.Contains(css, "$") {
			t.Errorf("a colour without a value: %s", css)
		}
	}
}
