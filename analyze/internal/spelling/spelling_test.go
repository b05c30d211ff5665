package spelling

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"report", "record", "check", "peak_load_results"}
	for word, want := range map[string]string{"repotr": "report", "recrod": "record", "chek": "check", "REPORT": "report", "peak_load_result": "peak_load_results",
		"x": "", "": "", "something": ""} {
		if got := Nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
