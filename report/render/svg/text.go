package svg

import (
	"strings"
	"unicode/utf8"

	"github.com/peakload/peakload/report/chart"
)

// escaper makes text safe inside elements and quoted attributes.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

func escape(s string) string { return escaper.Replace(chart.Visible(s)) }

// textWidth estimates the width of text in a sans-serif face; it errs on the
// wide side, so that what fits by it fits.
func textWidth(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljt.,:;'|!()[]{} If/", r):
			w += 0.34
		case strings.ContainsRune("mwMW%—→", r):
			w += 0.9
		case r >= 'A' && r <= 'Z':
			w += 0.7
		case r < 0x2000:
			w += 0.57
		default:
			w += 1
		}
	}
	return w * size
}

// shorten cuts the middle out of text that is wider than room, since
// endpoints differ at their ends.
func shorten(s string, size, room float64) string {
	if textWidth(s, size) <= room {
		return s
	}
	runes := []rune(s)
	for keep := len(runes) - 1; keep > 1; keep-- {
		cut := string(runes[:(keep+1)/2]) + "…" + string(runes[len(runes)-keep/2:])
		if textWidth(cut, size) <= room {
			return cut
		}
	}
	return "…"
}

// fits returns text when there is room for it, else its beginning, else
// nothing.
func fits(s string, size, room float64) string {
	if textWidth(s, size) <= room {
		return s
	}
	for n := len(s); n > 0; {
		_, last := utf8.DecodeLastRuneInString(s[:n])
		n -= last
		if cut := strings.TrimRight(s[:n], " ") + "…"; n >= 3 && textWidth(cut, size) <= room {
			return cut
		}
	}
	return ""
}
