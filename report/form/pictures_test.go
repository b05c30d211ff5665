package form

import (
	"bytes"
	"strings"
	"testing"
)

const withPictures = "# T\n\nBefore\n<!-- peakload:chart latency -->\nAfter | not a table\n\n- item\n  <!-- peakload:chart inner -->\n\n```\n<!-- peakload:chart code -->\n```\n\n  <!-- peakload:chart load -->"

func draw(t *testing.T, src []byte, markup func(name string) string) *Doc {
	t.Helper()
	d, err := Parse("t.md", src)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Pictures() {
		if m := markup(p.Name); m != "" {
			p.Set(m)
		} else {
			p.Decline("this run has none")
		}
	}
	return d
}

func TestPictures(t *testing.T) {
	for _, eol := range []string{"\n", "\r\n"} {
		src := []byte(strings.ReplaceAll(withPictures, "\n", eol))
		one := func(name string) string { return "<picture>\n<img alt=\"" + name + "\">\n</picture>" }
		d := draw(t, src, one)
		if n := len(d.Pictures()); n != 2 {
			t.Fatalf("%d places, want those outside of code and lists", n)
		}
		first := d.Bytes()
		if strings.Count(string(first), "<picture>") != 2 || eol == "\r\n" && bytes.Contains(bytes.ReplaceAll(first, []byte("\r\n"), nil), []byte("\n")) {
			t.Errorf("filled:\n%q", first)
		}
		if again := draw(t, first, one).Bytes(); !bytes.Equal(again, first) {
			t.Errorf("filling again changes\n%q\nto\n%q", first, again)
		}
		other := draw(t, first, func(name string) string { return "<img alt=\"" + strings.ToUpper(name) + "\">" })
		direct := draw(t, src, func(name string) string { return "<img alt=\"" + strings.ToUpper(name) + "\">" })
		if !bytes.Equal(other.Bytes(), direct.Bytes()) {
			t.Errorf("another run's:\n%q\nwant\n%q", other.Bytes(), direct.Bytes())
		}
		none := draw(t, first, func(string) string { return "" })
		if got := none.Bytes(); !bytes.Equal(got, src) {
			t.Errorf("without charts:\n%q\nwant\n%q", got, src)
		}
		if u := none.Summary().Unknown; len(u) != 2 || u[0].Text != "this run has none" {
			t.Errorf("remarks %+v", u)
		}
	}
}

func TestPicturesKeepPeoplesWords(t *testing.T) {
	one := func(string) string { return "<img alt=\"a\">" }
	first := draw(t, []byte(withPictures), one).Bytes()
	edited := bytes.Replace(first, []byte(`alt="a"`), []byte(`alt="mine"`), 1)
	d := draw(t, edited, func(string) string { return "<img alt=\"b\">" })
	got := string(d.Bytes())
	if !strings.Contains(got, `alt="mine"`) || strings.Contains(got, `alt="a"`) || strings.Count(got, `alt="b"`) != 1 {
		t.Errorf("got\n%s", got)
	}
	if k := d.Summary().Kept; len(k) != 1 || k[0].Line != 4 {
		t.Errorf("kept %+v", k)
	}
	d = draw(t, edited, func(string) string { return "<img alt=\"b\">" })
	d.Overwrite()
	if got := string(d.Bytes()); strings.Contains(got, "mine") {
		t.Errorf("overwriting kept\n%s", got)
	}
}

func TestWithoutPictures(t *testing.T) {
	filled := draw(t, []byte(withPictures), func(string) string { return "<picture>\n</picture>" }).Bytes()
	got := string(WithoutPictures(filled))
	if strings.Contains(got, "picture>") || strings.Contains(got, "chart latency") || !strings.Contains(got, "Before\nAfter") || !strings.Contains(got, "chart code") {
		t.Errorf("got\n%s", got)
	}
}
