package plan

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

const fullConfig = `# what the gate judges
targets:
  - p95 < 800ms
  - "errors <= 1% @run"
  - 'p99 < 2s in ''GET /feed'''
count-429: separate
setup:
  date: 2026-02-18
  duration: 10m
  host: http://localhost:8000
  users: 1000
  spawn-rate: 50
phases:
  - name: Ramp-up
    window: 0-1 min
    users: 0-1000
  - name: Peak
bands:
  - load: 0-500 users
    behavior: Normal operation
  - load: '1000+ users'
user-types: [Authenticated, "Writer"]
expectations:
  - System handles 1000 users
  - no crashes
comparison: {baseline: Sustained (200u), current: Peak (1000u)}
`

func TestParseConfig(t *testing.T) {
	for _, ending := range []string{"\n", "\r\n"} {
		got, err := ParseConfig("peakload.yaml", []byte(strings.ReplaceAll(fullConfig, "\n", ending)))
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"p95 < 800ms", "errors <= 1% @run", "p99 < 2s in 'GET /feed'"}; !reflect.DeepEqual(texts(got.Targets), want) {
			t.Errorf("targets %v", texts(got.Targets))
		}
		if p := got.Targets[1].Pos; p != (Pos{"peakload.yaml", 4, 6}) {
			t.Errorf("second target at %v", p)
		}
		if got.Count429 != As429Separate {
			t.Errorf("429s: %v", got.Count429)
		}
		if want := (Setup{Date: "2026-02-18", Duration: 600, Host: "http://localhost:8000", Users: 1000, SpawnRate: 50}); got.Setup != want {
			t.Errorf("setup %+v", got.Setup)
		}
		if p := got.Phases; len(p) != 2 || p[0].Name != "Ramp-up" || p[0].To != 60 || p[0].UsersTo != 1000 || p[0].Pos.Line != 14 || p[1].Name != "Peak" {
			t.Errorf("phases %+v", p)
		}
		if b := got.Bands; len(b) != 2 || b[0].Label != "0-500 users" || b[0].To != 500 || b[0].Behavior != "Normal operation" || b[1].From != 1000 || b[1].To != 0 {
			t.Errorf("bands %+v", b)
		}
		if want := []string{"Authenticated", "Writer"}; !reflect.DeepEqual(got.UserTypes, want) {
			t.Errorf("user types %v", got.UserTypes)
		}
		if e := got.Expectations; len(e) != 2 || e[1].Text != "no crashes" || e[1].Pos.Line != 25 {
			t.Errorf("expectations %+v", e)
		}
		if want := (Labels{"Sustained", "Peak", 200, 1000}); got.Comparison != want {
			t.Errorf("comparison %+v", got.Comparison)
		}
	}
}

func TestParseConfigStatesNothing(t *testing.T) {
	for _, src := range []string{"", "\n", "# only a comment\n", "---\n", "targets:\n", "targets: []\nsetup:\n", "\ufefftargets:\n  # - p95 < 1s\n"} {
		got, err := ParseConfig("c", []byte(src))
		if err != nil || !reflect.DeepEqual(got, &Plan{}) {
			t.Errorf("%q: %+v %v", src, got, err)
		}
	}
}

func TestParseConfigRefuses(t *testing.T) {
	for _, c := range []struct {
		src          string
		line, column int
		text, cure   string
	}{
		{"treshold: 5", 1, 1, "treshold", "the keys are targets"},
		{"target: []", 1, 1, "target", "did you mean targets?"},
		{"setup:\n  user: 5", 2, 3, "user", "did you mean users?"},
		{"setup: {host: x, usres: 5}", 1, 18, "usres", "did you mean users?"},
		{"targets:\n  - p95 < 800", 2, 11, "800", "write 800ms or 0.8s"},
		{"targets:\n  - \"p95 < 800\"", 2, 12, "800", "write 800ms or 0.8s"},
		{"targets: p95 < 1s", 1, 10, "p95 < 1s", "write a list"},
		{"targets:\n  - p95: 1s", 2, 5, ":", "write a target"},
		{"targets:\n  - [p95 < 1s]", 2, 5, "[", "write a target"},
		{"setup: 5", 1, 8, "5", "made of keys"},
		{"setup:\n  duration: 600", 2, 13, "600", "10m, 90s"},
		{"setup:\n  users: many", 2, 10, "many", "number of users"},
		{"setup:\n  spawn-rate: fast", 2, 15, "fast", "users per second"},
		{"count-429: maybe", 1, 12, "maybe", "error"},
		{"phases:\n  - window: 0-1 min", 2, 5, "", "needs a name"},
		{"phases:\n  - name: A\n    window: soon", 3, 13, "soon", "1-9 min"},
		{"bands:\n  - load: normal", 2, 11, "normal", "0-500 users"},
		{"a: &x [1]\n", 1, 1, "a", "unknown key"},
		{"targets: &x [p95 < 1s]\n", 1, 10, "&", "anchors"},
		{"targets: *x\n", 1, 10, "*", "anchors"},
		{"setup:\n  <<: *x\n", 2, 3, "<<", "anchors"},
		{"user-types: !!str a\n", 1, 13, "!!str", "tags"},
		{"setup:\n  host: !x a\n", 2, 9, "!x", "tags"},
		{"user-types: !!set [a]\n", 1, 19, "", "not YAML"},
		{"setup:\n  host: a\n  host: b\n", 3, 3, "", "already defined"},
		{"setup: {\n", 0, 0, "", "not YAML"},
		{"targets: []\n---\ntargets: []\n", 3, 0, "", "second document"},
		{"\xff\xfe", 0, 0, "", "UTF-8"},
		{strings.Repeat("a", 501), 1, 0, "", "characters"},
		{strings.Repeat("[\n", 201), 201, 0, "", "brackets"},
		{strings.Repeat("#\n", 40000), 0, 0, "", "64 KB"},
	} {
		_, err := ParseConfig("c.yaml", []byte(c.src))
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", c.src, err)
			continue
		}
		if e.Pos.File != "c.yaml" || e.Pos.Line != c.line && c.line > 0 || c.column > 0 && e.Pos.Column != c.column || e.Text != c.text || !strings.Contains(e.Msg, c.cure) {
			t.Errorf("%.60q: %v", c.src, err)
		}
	}
}

func TestParseConfigShowsTheLine(t *testing.T) {
	_, err := ParseConfig("c.yaml", []byte("setup:\n  usres: 5\n  duration: 5\n"))
	want := "c.yaml:2:3: unknown key of setup; did you mean users?: \"usres\"\n      usres: 5\n      ^\n" +
		"c.yaml:3:13: write a duration such as 10m, 90s or 1h30m: \"5\"\n      duration: 5\n                ^"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// An alias bomb is refused at its first anchor, before anything is expanded.
func TestAliasBomb(t *testing.T) {
	src := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		src += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "]\n"
	}
	if _, err := ParseConfig("c", []byte(src)); err == nil {
		t.Error("taken")
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(fullConfig))
	f.Add([]byte("targets: [p95 < 1s, {a: b}]\n? x\n: y\n"))
	f.Add([]byte("setup: !!map {users: 5}\nphases: *a\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := ParseConfig("c", src)
		if err != nil {
			_ = err.Error()
			return
		}
		for _, target := range p.Targets {
			if again, err := ParseTarget(target.String(), Pos{}); err != nil || !again.SameFigure(target) {
				t.Fatalf("%q: %v", target.String(), err)
			}
		}
	})
}
