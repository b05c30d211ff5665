// Package measure holds the one type a figure is carried in: a number with
// its unit, the limits that it holds within and where it came from, or the
// reason why there is no number and what would give one.
//
// Readers convert to base units on the way in and Format converts once on the
// way out; in between there are only seconds, bytes, ratios and counts.
package measure

import "math"

// A Unit is a base unit.
type Unit uint8

// The base units. Ratio is a share from 0 to 1.
const (
	Count Unit = iota
	Seconds
	Bytes
	Ratio
	PerSecond
	Users
)

var unitNames = [...]string{"count", "s", "bytes", "ratio", "per_second", "users"}

// String returns the unit's name in results.json.
func (u Unit) String() string { return unitNames[u] }

// A Reason says why a Value has no number.
type Reason uint8

// The reasons. The zero Reason, and so the zero Value, is NoSource.
const (
	NoSource        Reason = iota // no file supplied this figure
	NoSamples                     // the source was there and empty in this window
	NotDerivable                  // the source cannot answer this
	NotIdentifiable               // this run cannot answer it; another one could
	NotApplicable                 // the figure has no meaning here
	measured
)

var reasonNames = [...]string{"no_source", "no_samples", "not_derivable", "not_identifiable", "not_applicable", ""}

// String returns the reason's name in results.json.
func (r Reason) String() string { return reasonNames[r] }

// A Method says how a number was made.
type Method uint8

// The methods, from the strongest claim to the weakest.
const (
	Exact     Method = iota // counted, or a difference of counters
	Windowed                // reconstructed from Locust's sliding windows
	Bounded                 // known only through the limits around it
	Estimated               // a statistical estimate with an interval
)

var methodNames = [...]string{"exact", "windowed", "bounded", "estimated"}

// String returns the method's name in results.json.
func (m Method) String() string { return methodNames[m] }

// A Source is where a number came from: cells of a file and the formula over
// them.
type Source struct {
	File    string // as the Run names it
	Lines   string // 1-based, "61,541"; empty means the whole file
	Column  string // "Total Request Count"
	Formula string // "Δ(count·mean)/Δcount"
}

// A Value is one quantity. The zero Value is not measured.
type Value struct {
	num, low, high float64
	unit           Unit
	why            Reason
	method         Method
	need           string
	source         []Source
}

// Of returns an exact value. A NaN or an infinity is NoSamples.
func Of(n float64, u Unit, src ...Source) Value {
	return Within(n, n, n, u, Exact, src...)
}

// Within returns a value known to lie between low and high. Limits that do
// not contain n are widened to it; a NaN or infinite n is NoSamples.
func Within(n, low, high float64, u Unit, m Method, src ...Source) Value {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return Value{unit: u, why: NoSamples, source: src}
	}
	if !(low <= n) {
		low = n
	}
	if !(high >= n) {
		high = n
	}
	if m == Exact && low != high {
		m = Estimated // what has limits is not exact
	}
	return Value{num: n, low: low, high: high, unit: u, why: measured, method: m, source: src}
}

// None returns a value without a number. need is the cure, in words that
// follow "needs": "run Locust with --csv-full-history".
func None(u Unit, why Reason, need string) Value {
	if why >= measured {
		panic("measure: None needs a reason")
	}
	return Value{unit: u, why: why, need: need}
}

// Float returns the number, and whether there is one. It is the only way to
// the number.
func (v Value) Float() (n float64, ok bool) { return v.num, v.why == measured }

// Measured reports whether there is a number.
func (v Value) Measured() bool { return v.why == measured }

// Limits returns the range that the true figure lies in; both are the number
// itself where it is exact.
func (v Value) Limits() (low, high float64, ok bool) { return v.low, v.high, v.why == measured }

// IsExact reports whether the limits leave no doubt.
func (v Value) IsExact() bool { return v.why == measured && v.low == v.high }

// Vague reports whether the limits are all that is known of a positive figure
// and lie more than a factor of two apart: there is no number to speak of.
func (v Value) Vague() bool {
	return v.why == measured && v.method == Bounded && v.high > 2*v.low
}

// Unit returns the base unit, which a Value has even without a number.
func (v Value) Unit() Unit { return v.unit }

// Method says how the number was made.
func (v Value) Method() Method { return v.method }

// Why returns the reason for the missing number; it is meaningless when there
// is one.
func (v Value) Why() Reason { return v.why }

// Need returns what would give the missing number.
func (v Value) Need() string { return v.need }

// Sources returns where the number came from.
func (v Value) Sources() []Source { return v.source }

// From returns v with its sources replaced.
func (v Value) From(src ...Source) Value {
	v.source = src
	return v
}

// Quotient returns a/b in unit u with the limits carried along; what either
// lacks, the result lacks. A zero or possibly zero b is NoSamples.
func Quotient(a, b Value, u Unit) Value {
	if v, missing := lacking(u, a, b); missing {
		return v
	}
	if b.low <= 0 {
		return None(u, NoSamples, "")
	}
	q := []float64{a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high}
	low, high := q[0], q[0]
	for _, x := range q[1:] {
		low, high = math.Min(low, x), math.Max(high, x)
	}
	return Within(a.num/b.num, low, high, u, weaker(a, b), joined(a, b)...)
}

// Difference returns a − b with the limits carried along.
func Difference(a, b Value) Value {
	if v, missing := lacking(a.unit, a, b); missing {
		return v
	}
	return Within(a.num-b.num, a.low-b.high, a.high-b.low, a.unit, weaker(a, b), joined(a, b)...)
}

func lacking(u Unit, vs ...Value) (Value, bool) {
	for _, v := range vs {
		if !v.Measured() {
			v.unit = u
			return v, true
		}
	}
	return Value{}, false
}

func weaker(a, b Value) Method { return max(a.method, b.method) }

func joined(a, b Value) []Source {
	return append(append([]Source(nil), a.source...), b.source...)
}
