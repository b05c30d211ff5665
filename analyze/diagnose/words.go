package diagnose

import (
	"fmt"
	"math"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// text shows a figure without its range.
func text(v measure.Value) string { return measure.Format(v, measure.Style{Plain: true}) }

// bareNumber shows a figure's number alone.
func bareNumber(v measure.Value) string {
	return measure.Format(v, measure.Style{Plain: true, Bare: true})
}

func seconds(x float64) string   { return text(measure.Of(x, measure.Seconds)) }
func percent(x float64) string   { return text(measure.Of(x, measure.Ratio)) }
func perSecond(x float64) string { return digits(x) + "/s" }
func bytes(x float64) string     { return text(measure.Of(x, measure.Bytes)) }

// sameUnit shows bytes in MB beside something that is shown in MB: the table of
// resources does, too.
func sameUnit(x, beside float64) string {
	if !strings.HasSuffix(bytes(beside), " MB") {
		return bytes(x)
	}
	return measure.Format(measure.Of(x, measure.Bytes), measure.Style{Plain: true, Scale: "MB"})
}

// digits shows a plain number to three digits.
func digits(x float64) string {
	if math.IsNaN(x) {
		return measure.NotMeasured
	}
	if a := math.Abs(x); a >= 100 {
		return measure.Format(measure.Of(math.Round(x), measure.Count), measure.Style{Plain: true})
	} else if a >= 10 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
	}
	return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.2f", x), "0"), ".0")
}

func whole(x float64) string {
	if math.IsNaN(x) {
		return measure.NotMeasured
	}
	return measure.Format(measure.Of(math.Round(x), measure.Count), measure.Style{Plain: true})
}

// count is a number with its noun.
func count(n float64, one, many string) string {
	if math.Round(n) == 1 {
		return "1 " + one
	}
	return whole(n) + " " + many
}

// ordinal is a number as a place in a row: "12,000th", "21st".
func ordinal(n float64) string {
	ends := [...]string{"th", "st", "nd", "rd", "th", "th", "th", "th", "th", "th"}
	i := int64(math.Round(n))
	if i%100/10 == 1 {
		return whole(n) + "th"
	}
	return whole(n) + ends[i%10]
}

// since says from when on a state lasted: "; full from 24 s of the run on (at
// 210 users)"; "" where that is not known. It is a clause of its own, since the
// figures before it are those of a higher load.
func (s *scene) since(state string, at float64) string {
	if math.IsNaN(at) {
		return ""
	}
	out := "; " + state + " from " + measure.Span(math.Max(0, math.Round(at))) + " of the run on"
	if u := s.usersAt(at); u > 0 {
		out += fmt.Sprintf(" (at %s)", count(u, "user", "users"))
	}
	return out
}

// evidence is a fact with its figure and the file that it is from.
func evidence(said string, x float64, u measure.Unit, sr series) analyze.Evidence {
	if math.IsNaN(x) {
		return analyze.Evidence{Text: said, Figure: measure.None(u, measure.NotDerivable, "")}
	}
	v := measure.Of(x, u)
	if len(sr) > 0 {
		v = v.From(measure.Source{File: sr[0].File, Column: sr[0].Component + "." + sr[0].Metric, Formula: "readings under stress"})
	}
	return analyze.Evidence{Text: said, Figure: v}
}

// endpointName is an endpoint as Locust groups it.
func endpointName(method, name string) string {
	if n := strings.TrimSpace(method + " " + name); n != "" {
		return n
	}
	return "(unnamed)"
}

// the puts a component into a sentence; an endpoint takes no article.
func the(component string) string {
	if first, _, _ := strings.Cut(component, " "); first != "" && first == strings.ToUpper(first) {
		return component
	}
	return "the " + lowerFirst(component)
}

// and joins words: "a, b and c".
func and(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
