package measure

import (
	"math"
	"strconv"
	"strings"
)

// A Style says how a figure is shown. The zero Style shows the number in the
// unit that suits its size, with its range where the figure needs one.
type Style struct {
	// Scale is the unit to show the number in: "µs", "ms", "s", "seconds",
	// "min", "%", "pp", "B", "KB", "MB", "GB", "RPS", "users". Empty, and a
	// scale that does not fit the figure's unit, choose one by size.
	Scale string
	// Bare leaves the unit out, for columns whose header names it.
	Bare bool
	// Plain leaves the range out.
	Plain bool
	// Coarse, with Plain, shows no digit finer than the range is wide.
	Coarse bool
	// Signed shows a plus sign before positive numbers: for differences.
	Signed bool
	// Apart are numbers, in base units, that rounding must not reach or cross:
	// a limit of 5 % makes 4.97 % show as 4.97%, not as 5.0%.
	Apart []float64
}

// NotMeasured is shown for a figure that there is none of.
const NotMeasured = "not measured"

// Format shows a figure as the document, the page and the terminal do:
// "1,240 ms", "830 ms (790–910)", "25.9%", "172 RPS", "not measured".
//
// Three digits are shown, or two where the limits bear no third. A range
// follows where the figure may be off by more than one unit of its last shown
// digit; it is rounded outwards, so that it still holds. Of a vague figure the
// range is all that is shown.
func Format(v Value, s Style) string {
	n, ok := v.Float()
	if !ok {
		if v.Why() == NotApplicable {
			return "not applicable"
		}
		return NotMeasured
	}
	low, high, _ := v.Limits()
	sc := scaleOf(v.Unit(), s.Scale, n)
	n, low, high = n*sc.factor, low*sc.factor, high*sc.factor
	apart := make([]float64, 0, len(s.Apart)+2)
	for _, a := range s.Apart {
		apart = append(apart, a*sc.factor)
	}
	if v.Unit() == Ratio {
		// Some failures are not none, and not quite all are not all.
		apart = append(apart, 0, sc.factor)
	}
	exp, ranged := precision(n, low, high, v.Unit() == Count || v.Unit() == Users)
	exp = separate(exp, n, low, high, apart, ranged)
	if !ranged && low != high && !within(n, low, high, exp) {
		ranged = true // the digits that keep it apart promise too much
		exp = separate(exp, n, low, high, apart, ranged)
	}

	if s.Plain && s.Coarse && ranged && !math.IsInf(high-low, 0) {
		exp = max(exp, min(int(math.Floor(math.Log10(high-low)+1e-9)), int(math.Floor(math.Log10(math.Abs(n))))))
	}

	if v.Vague() && !s.Signed {
		return vague(low, high, sc, s.Bare)
	}
	var b strings.Builder
	b.WriteString(sign(n, exp, s.Signed))
	b.WriteString(digits(math.Abs(n), exp))
	if !s.Bare {
		b.WriteString(sc.suffix)
	}
	if ranged && !s.Plain {
		b.WriteString(" (" + rangeText(low, high, exp, s.Signed) + ")")
	}
	return b.String()
}

// vague shows a figure that only its limits are known of: "1–1,000 ms",
// "≤ 1,000 ms".
func vague(low, high float64, sc scale, bare bool) string {
	end := func(x float64, to func(float64, int) float64) string {
		exp := threeDigits(x)
		return digits(to(x, exp), exp)
	}
	var text string
	switch {
	case math.IsInf(high, 1):
		text = "≥ " + end(max(low, 0), roundDown)
	case low <= 0:
		text = "≤ " + end(high, roundUp)
	default:
		text = end(low, roundDown) + "–" + end(high, roundUp)
	}
	if bare {
		return text
	}
	return text + sc.suffix
}

// Stated shows a number that a person stated, such as a limit: in the unit
// that suits its size, with no more digits than it was stated with.
func Stated(n float64, u Unit) string {
	sc := scaleOf(u, "", n)
	shown := math.Abs(n) * sc.factor
	exp := 0
	for exp > -4 && math.Abs(round(shown, exp)-shown) > 1e-9*shown {
		exp--
	}
	return sign(n*sc.factor, exp, false) + digits(shown, exp) + sc.suffix
}

// Same reports whether two figures read the same in a style, ranges aside.
func Same(a, b Value, s Style) bool {
	s.Plain = true
	return Format(a, s) == Format(b, s)
}

// Span shows a length of time, in seconds, as people say it: "7 min 12 s",
// "42 s", "2 h 5 min".
func Span(seconds float64) string {
	if math.IsNaN(seconds) || math.IsInf(seconds, 0) {
		return NotMeasured
	}
	if seconds < 0 {
		return "−" + Span(-seconds)
	}
	if seconds < 10 && seconds != math.Trunc(seconds) {
		return digits(seconds, -1) + " s"
	}
	t := int64(math.Round(seconds))
	h, m, sec := t/3600, t/60%60, t%60
	var parts []string
	if h > 0 {
		parts = append(parts, strconv.FormatInt(h, 10)+" h")
	}
	if m > 0 {
		parts = append(parts, strconv.FormatInt(m, 10)+" min")
	}
	if sec > 0 && h == 0 || len(parts) == 0 {
		parts = append(parts, strconv.FormatInt(sec, 10)+" s")
	}
	return strings.Join(parts, " ")
}

// A scale turns base units into shown ones.
type scale struct {
	name   string
	unit   Unit
	factor float64 // shown = base × factor
	suffix string  // as printed behind the number
}

// scales lists every unit that a figure can be shown in. Byte units are
// powers of 1024, as the documents' own tools (free, Redis, Postgres) count.
var scales = [...]scale{
	{"µs", Seconds, 1e6, " µs"},
	{"ms", Seconds, 1e3, " ms"},
	{"s", Seconds, 1, " s"},
	{"seconds", Seconds, 1, " seconds"},
	{"min", Seconds, 1.0 / 60, " min"},
	{"%", Ratio, 100, "%"},
	{"pp", Ratio, 100, " pp"},
	{"B", Bytes, 1, " B"},
	{"KB", Bytes, 1.0 / (1 << 10), " KB"},
	{"MB", Bytes, 1.0 / (1 << 20), " MB"},
	{"GB", Bytes, 1.0 / (1 << 30), " GB"},
	{"RPS", PerSecond, 1, " RPS"},
	{"/s", PerSecond, 1, "/s"},
	{"users", Users, 1, " users"},
	{"", Count, 1, ""},
}

// scaleOf returns the named scale of a unit, or the one that suits the size:
// latencies stay in milliseconds up to ten seconds.
func scaleOf(u Unit, name string, n float64) scale {
	fallback := scale{unit: u, factor: 1}
	want := natural(u, math.Abs(n))
	for _, s := range scales {
		if s.unit != u {
			continue
		}
		if strings.EqualFold(s.name, name) {
			return s
		}
		if s.name == want {
			fallback = s
		}
	}
	return fallback
}

func natural(u Unit, n float64) string {
	switch u {
	case Seconds:
		if n < 10 {
			return "ms"
		}
		return "s"
	case Ratio:
		return "%"
	case PerSecond:
		return "RPS"
	case Users:
		return "users"
	case Bytes:
		switch {
		case n < 1<<10:
			return "B"
		case n < 1<<20:
			return "KB"
		case n < 10<<30:
			return "MB"
		}
		return "GB"
	}
	return ""
}

// precision returns the power of ten that a figure is rounded to, and whether
// its limits are too wide to be told by that rounding alone.
func precision(n, low, high float64, whole bool) (exp int, ranged bool) {
	exp = threeDigits(n)
	if whole {
		exp = 0
		if n != math.Trunc(n) && math.Abs(n) < 10 {
			exp = -1
		}
	}
	if low == high {
		return exp, false
	}
	// One decimal fewer is honest and short, while it is fine enough to read. A
	// zero before the decimal point would not tell that it is not known.
	for e := exp; e <= max(exp, min(exp+1, 0)); e++ {
		step := math.Pow10(e)
		if e > exp && step > 0.025*math.Abs(n) {
			break
		}
		if within(n, low, high, e) {
			return e, false
		}
	}
	width := high - low
	if math.IsInf(width, 0) {
		width = math.Abs(n)
	}
	if width > 0 {
		exp = max(exp, int(math.Floor(math.Log10(width/5))))
	}
	return exp, true
}

// within reports whether the limits lie at most one unit of the last digit
// away from the rounded number.
func within(n, low, high float64, exp int) bool {
	step := math.Pow10(exp)
	shown := math.Round(n/step) * step
	slack := step * (1 + 1e-9)
	return shown-low <= slack && high-shown <= slack
}

// threeDigits returns the power of ten of the last of three digits, two below
// ten; the digits before the decimal point are always shown.
func threeDigits(n float64) int {
	n = math.Abs(n)
	switch {
	case n == 0 || n >= 99.95:
		return 0
	case n >= 0.995:
		return -1
	}
	return int(math.Floor(math.Log10(n))) - 1
}

// separate adds digits, at most four, until no rounded figure reaches or
// crosses a number that the figure itself does not.
func separate(exp int, n, low, high float64, apart []float64, ranged bool) int {
	for extra := 0; extra < 4; extra++ {
		clash := false
		for _, a := range apart {
			clash = clash || side(n, a) != side(round(n, exp), a)
			if ranged {
				clash = clash || crosses(low, roundDown(low, exp), a) || crosses(high, roundUp(high, exp), a)
			}
		}
		if !clash {
			break
		}
		exp--
	}
	return exp
}

func crosses(x, shown, a float64) bool {
	return !math.IsInf(x, 0) && side(x, a) != side(shown, a)
}

func side(x, a float64) int {
	switch {
	case math.Abs(x-a) <= 1e-9*math.Abs(a):
		return 0
	case x < a:
		return -1
	}
	return 1
}

func round(x float64, exp int) float64 { return toStep(x, exp, math.Round) }

func roundDown(x float64, exp int) float64 { return toStep(x, exp, floor) }

func roundUp(x float64, exp int) float64 { return toStep(x, exp, ceil) }

func toStep(x float64, exp int, f func(float64) float64) float64 {
	if exp < 0 {
		p := math.Pow10(-exp)
		return f(x*p) / p
	}
	p := math.Pow10(exp)
	return f(x/p) * p
}

// floor and ceil forgive the last bits of a product such as 0.29×100.
func floor(x float64) float64 { return math.Floor(x + bits(x)) }
func ceil(x float64) float64  { return math.Ceil(x - bits(x)) }

func bits(x float64) float64 {
	if math.IsInf(x, 0) {
		return 0
	}
	return 1e-9 * math.Max(1, math.Abs(x))
}

func rangeText(low, high float64, exp int, signed bool) string {
	one := func(x float64) string { return sign(x, exp, signed) + digits(math.Abs(x), exp) }
	low, high = roundDown(low, exp), roundUp(high, exp)
	switch {
	case math.IsInf(high, 1) && math.IsInf(low, -1):
		return "no limits"
	case math.IsInf(high, 1):
		return "≥ " + one(low)
	case math.IsInf(low, -1):
		return "≤ " + one(high)
	case signed || low < 0:
		return one(low) + " to " + one(high)
	}
	return one(low) + "–" + one(high)
}

// sign returns the sign to print before a number: none before one that rounds
// to zero.
func sign(x float64, exp int, signed bool) string {
	switch r := round(x, exp); {
	case r < 0:
		return "−"
	case r > 0 && signed:
		return "+"
	}
	return ""
}

// digits prints a non-negative number rounded to a power of ten, with
// thousands separators.
func digits(x float64, exp int) string {
	text := strconv.FormatFloat(round(x, exp), 'f', max(0, -exp), 64)
	whole, frac, _ := strings.Cut(text, ".")
	var b strings.Builder
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	if frac != "" {
		b.WriteString("." + frac)
	}
	return b.String()
}
