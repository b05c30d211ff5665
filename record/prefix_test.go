package record

import (
	"slices"
	"testing"
)

func TestLocustPrefix(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  string
		want string
	}{
		{[]string{"locust", "--csv", "peak", "--csv-full-history"}, "", "peak"},
		{[]string{"locust", "--csv=out/peak", "--csv-full-history"}, "x", "out/peak"},
		{[]string{"locust", "--csv-full-history"}, "", ""},
		{[]string{"locust", "--csv-full-history"}, "peak", "peak"},
		{[]string{"locust", "--csv", "a", "--csv=b"}, "", "b"},
		{[]string{"sh", "-c", "exec locust -f x.py --csv 'my peak' --headless"}, "", "my peak"},
		{[]string{"sh", "-c", "locust --csv=peak; echo done"}, "", "peak"},
		{[]string{"locust", "--csv"}, "", ""},
		{nil, "", ""},
	} {
		if got := LocustPrefix(c.args, func(string) string { return c.env }); got != c.want {
			t.Errorf("%q: %q, want %q", c.args, got, c.want)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{`-d results.md -w`, []string{"-d", "results.md", "-w"}},
		{`--target 'p95 < 800ms'  "a \"b\""`, []string{"--target", "p95 < 800ms", `a "b"`}},
		{`a\ b '' c'd'e`, []string{"a b", "", "cde"}},
		{"", nil},
	} {
		if got, err := Split(c.line); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v", c.line, got, err)
		}
	}
	for _, bad := range []string{`'a`, `a"`, `a\`} {
		if _, err := Split(bad); err == nil {
			t.Errorf("%s is split", bad)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, name, command string
		want                   bool
	}{
		{"gunicorn", "gunicorn", "", true},
		{"gunicorn", "python3", "/usr/bin/python3 /venv/bin/gunicorn app:wsgi", true},
		{"gunicorn", "nginx", "nginx: worker", false},
		{"uvicorn*", "uvicorn-worker", "", true},
		{"gunicorn*app:wsgi", "python3", "/usr/bin/python3 /venv/bin/gunicorn app:wsgi", true},
		{"gunicorn*other", "python3", "/usr/bin/python3 /venv/bin/gunicorn app:wsgi", false},
		{"post?res", "postgres", "", true},
	} {
		if got := Matches(c.pattern, c.name, c.command); got != c.want {
			t.Errorf("%s of %s (%s): %v", c.pattern, c.name, c.command, got)
		}
	}
}
