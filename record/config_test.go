package record

import (
	"slices"
	"testing"
)

func TestConfigPrefix(t *testing.T) {
	for text, want := range map[string]string{
		"csv = out/peak\n":                         "out/peak",
		"users = 5\ncsv=peak\nheadless = true":     "peak",
		"csv: peak\r\n":                            "peak",
		"csv peak # of today\n":                    "peak",
		"csv = \"my peak\" # quoted\n":             "my peak",
		"--csv = peak\n":                           "peak",
		"# csv = old\n; csv = older\n":             "",
		"csv-full-history = true\n":                "",
		"[locust]\ncsv = first\ncsv = second\n":    "second",
		"":                                         "",
		"csv\n":                                    "",
		"locustfile = csv.py\nhost = http://csv\n": "",
	} {
		if got := ConfigPrefix(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestConfigFiles(t *testing.T) {
	got := ConfigFiles([]string{"locust", "--config", "ci.conf", "--config=x.conf"}, "/home/u/")
	if want := []string{"/home/u/.locust.conf", "locust.conf", "ci.conf", "x.conf"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
