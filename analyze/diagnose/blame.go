package diagnose

import (
	"math"
	"regexp"
	"slices"

	"github.com/peakload/peakload/analyze/measure"
)

// opaque are the classes of failures that say that something failed and not
// what: a bare 503 may be a full pool, a full queue or a crash.
var opaque = []string{"http_5xx", "other", "timeout"}

// A blame is what error texts say of one component.
type blame struct {
	named  float64 // failures and logged errors whose text names it
	all    float64 // failed requests, refusals aside
	where  string  // "failed requests", "errors in app.log"
	sample string
	// share is named ÷ all, at most 1; NaN where texts cannot tell: nothing
	// failed, or what failed says nothing and no log says more.
	share float64
}

// term is the term E of a score.
func (b blame) term() float64 { return math.Min(1, 2*b.share) }

// blame counts the failures that are of one of the classes or whose text
// matches; from Locust's failures and, where it names more, from the
// application's log. A log writes one line for a failed request, so that the
// two are never added up.
func (s *scene) blame(classes []string, texts *regexp.Regexp) blame {
	out := blame{share: math.NaN()}
	told, dark := 0., 0.
	for _, c := range s.a.Failures.Classes {
		n, _ := c.Count.Float()
		if c.Class == "rate_limited" {
			continue
		}
		out.all += n
		match := slices.Contains(classes, c.Class)
		for _, e := range c.Examples {
			match = match || texts != nil && texts.MatchString(e)
		}
		switch {
		case match:
			out.named += n
			out.where = "failed requests"
			if out.sample == "" && len(c.Examples) > 0 {
				out.sample = c.Examples[0]
			}
		case slices.Contains(opaque, c.Class):
			dark += n
		default:
			told += n
		}
	}
	if failed, ok := s.failedWithout429(); ok && failed > out.all {
		dark += failed - out.all
		out.all = failed
	}
	logged, lines, file, sample := 0., 0., "", ""
	for _, l := range s.a.Recorded.AppLogs {
		lines += float64(l.Counted)
		for _, e := range l.Events {
			if slices.Contains(classes, e.Class) || texts != nil && e.Class != "request" && texts.MatchString(e.Example) {
				logged += float64(e.Count)
				file = l.File
				if sample == "" {
					sample = e.Example
				}
			}
		}
	}
	if logged > out.named {
		out.named, out.where, out.sample = logged, "lines of "+base(file), sample
	}
	switch {
	case out.all == 0 && out.named == 0:
	case out.all == 0:
		out.share = math.Min(1, out.named/math.Max(1, s.requests()))
	case out.named > 0:
		out.share = math.Min(1, out.named/out.all)
	case dark > told && lines == 0: // the texts say nothing
	default:
		out.share = 0
	}
	return out
}

// failedWithout429 returns the failed requests of the run, refusals aside.
func (s *scene) failedWithout429() (float64, bool) {
	f, ok := s.a.WholeRun.Failures.Float()
	if !ok {
		return 0, false
	}
	if l, ok := s.a.WholeRun.RateLimited.Float(); ok {
		f -= l
	}
	return math.Max(0, f), true
}

func (s *scene) requests() float64 {
	n, _ := s.a.WholeRun.Requests.Float()
	return n
}

// said is the blame as evidence: "6,299 lines of app.log name it, such as …".
func (b blame) said(what string) string {
	out := measure.Format(measure.Of(b.named, measure.Count), measure.Style{}) + " " + b.where + " name " + what
	if b.sample != "" {
		out += ", such as “" + clip(b.sample, 120) + "”"
	}
	return out
}

// clip shortens a text to so many characters, on one line.
func clip(text string, n int) string {
	rs := []rune(text)
	for i, r := range rs {
		if r < ' ' || r == 0x7f {
			rs[i] = ' '
		}
	}
	if len(rs) <= n {
		return string(rs)
	}
	return string(rs[:n-1]) + "…"
}

// base is the last part of a path; a document needs no folders.
func base(file string) string {
	for i := len(file) - 1; i >= 0; i-- {
		if file[i] == '/' || file[i] == '\\' {
			return file[i+1:]
		}
	}
	return file
}
