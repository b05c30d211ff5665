package chart

import (
	"math"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/measure"
)

// A Format says how an axis writes its values.
type Format string

// The formats. Values are in base units.
const (
	Clock   Format = "clock"   // seconds as min:s, from an hour on h:min:s
	Hours   Format = "hours"   // seconds as h:min
	Millis  Format = "ms"      // seconds as milliseconds
	Secs    Format = "s"       // seconds
	Percent Format = "percent" // ratio
	Change  Format = "change"  // ratio with its sign
	Times   Format = "times"   // decimal logarithm of a factor, as the factor
	Number  Format = "number"
	Bytes   Format = "bytes"
)

// Text writes a tick of an axis.
func (f Format) Text(v float64) string {
	switch f {
	case Clock:
		return clock(v)
	case Hours:
		m := int64(math.Round(v / 60))
		return strconv.FormatInt(m/60, 10) + ":" + two(m%60)
	case Millis:
		return grouped(v*1000, 3)
	case Percent:
		return grouped(v*100, 3) + "%"
	case Change:
		if v > 0 {
			return "+" + grouped(v*100, 3) + "%"
		}
		return grouped(v*100, 3) + "%"
	case Times:
		return "×" + grouped(math.Pow(10, v), 3)
	case Bytes:
		return sizeText(v)
	}
	return grouped(v, 3)
}

// sizes are the units that bytes are written in, as measure.Format writes them.
var sizes = [...]struct {
	name string
	unit float64
}{{" GB", 1 << 30}, {" MB", 1 << 20}, {" KB", 1 << 10}, {" B", 1}}

// sizeUnit returns the unit that suits an amount of bytes.
func sizeUnit(v float64) (name string, unit float64) {
	for _, s := range sizes {
		if v >= s.unit*(1-1e-9) {
			return s.name, s.unit
		}
	}
	return " B", 1
}

func sizeText(v float64) string {
	if v == 0 {
		return "0"
	}
	name, unit := sizeUnit(math.Abs(v))
	return grouped(v/unit, 3) + name
}

func clock(v float64) string {
	s := int64(math.Round(v))
	if s >= 3600 {
		return strconv.FormatInt(s/3600, 10) + ":" + two(s/60%60) + ":" + two(s%60)
	}
	return strconv.FormatInt(s/60, 10) + ":" + two(s%60)
}

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// grouped writes a number with at least the given significant digits, whole
// from there on, its thousands grouped: 1,240, 83.2, 0.004. Trailing zeros of
// the fraction are cut.
func grouped(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	decimals := max(0, digits-1-int(math.Floor(math.Log10(math.Abs(v)))))
	s := strconv.FormatFloat(v, 'f', min(decimals, 6), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" || s == "0" {
		return "0"
	}
	whole, fraction, _ := strings.Cut(s, ".")
	sign := ""
	if whole[0] == '-' {
		sign, whole = "−", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction
}

// Figure shows a figure without the limits that it holds within.
func Figure(v measure.Value) string { return measure.Format(v, measure.Style{Plain: true}) }

// FigureWithin shows a figure with its limits, where they leave a doubt, and
// keeps it apart from the targets that it is judged by.
func FigureWithin(v measure.Value, targets ...float64) string {
	return measure.Format(v, measure.Style{Apart: targets})
}
