package applog

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What exceptional does by hand.
var exceptionLine = regexp.MustCompile(`^(Caused by: )?[A-Za-z_$][\w.$]*(Error|Exception|Timeout|Failure|Warning|Interrupt|Exit|[a-z]\.[A-Z]\w*)\b(:|$)`)

func TestExceptional(t *testing.T) {
	parts := []string{"Caused by: ", "Error", "Exception", "Timeout", "Exit", "java", "sql", ".", "$", "_", "X", "a", "9", ":", " ", "é"}
	rapid.Check(t, func(t *rapid.T) {
		line := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 7).Draw(t, "line"), "")
		if got, want := exceptional([]byte(line)), exceptionLine.MatchString(line); got != want {
			t.Fatalf("%q: %v, the expression says %v", line, got, want)
		}
	})
}

// Eight bytes at a time finds what one at a time does.
func TestDull(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")
		from := rapid.IntRange(0, len(b)).Draw(t, "from")
		want := from
		for want < len(b) && (b[want] < '/' || b[want] > '=') {
			want++
		}
		if got := dull(b, from); got != want {
			t.Fatalf("%q from %d: %d, want %d", b, from, got, want)
		}
		for _, c := range b {
			if classes[c]&(classDigit|classStop) != 0 && (c < '/' || c > '=') {
				t.Fatalf("%q is passed over", c)
			}
		}
	})
}
