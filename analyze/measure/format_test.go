package measure_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze/measure"
	"pgregory.net/rapid"
)

func TestFormat(t *testing.T) {
	const (
		s   = measure.Seconds
		pct = measure.Ratio
		rps = measure.PerSecond
	)
	of := measure.Of
	in := func(n, low, high float64, u measure.Unit) measure.Value {
		return measure.Within(n, low, high, u, measure.Windowed)
	}
	type style = measure.Style
	for _, tt := range []struct {
		v    measure.Value
		s    style
		want string
	}{
		{of(1.240, s), style{}, "1,240 ms"},
		{of(0.0034, s), style{}, "3.4 ms"},
		{of(0.00042, s), style{}, "0.42 ms"},
		{of(0.0842, s), style{}, "84.2 ms"},
		{of(9.999, s), style{}, "9,999 ms"},
		{of(12.43, s), style{}, "12.4 s"},
		{of(124.3, s), style{}, "124 s"},
		{of(12.43, s), style{Scale: "ms"}, "12,430 ms"},
		{of(12.43, s), style{Scale: "seconds"}, "12.4 seconds"},
		{of(0, s), style{}, "0 ms"},
		{in(0.830, 0.790, 0.910, s), style{}, "830 ms (790–910)"},
		{in(0.830, 0.790, 0.910, s), style{Plain: true}, "830 ms"},
		{in(0.830, 0.790, 0.910, s), style{Bare: true}, "830 (790–910)"},
		{in(0.008, 0.0075, 0.0085, s), style{Plain: true}, "8.0 ms"},
		{in(0.008, 0.0075, 0.0085, s), style{Plain: true, Coarse: true}, "8 ms"},
		{in(0.833, 0.825, 0.838, s), style{Plain: true, Coarse: true}, "830 ms"},
		{in(1.24, 0.79, math.Inf(1), s), style{Plain: true, Coarse: true}, "1,200 ms"},
		{in(0.3, 0.001, 1.2, s), style{Plain: true, Coarse: true}, "300 ms"},
		{in(0.830, 0.793, 0.902, s), style{}, "830 ms (790–910)"},
		{in(1.2, 1.15, 1.25, s), style{}, "1,200 ms (1,150–1,250)"},
		{in(1.243, 1.2425, 1.2435, s), style{}, "1,243 ms"},
		{in(0.0842, 0.0837, 0.0847, s), style{}, "84 ms"},
		{in(0.833, 0.825, 0.838, s), style{}, "833 ms (825–838)"},
		{in(1.24, 0.79, math.Inf(1), s), style{}, "1,200 ms (≥ 700)"},
		{of(0.25923, pct), style{}, "25.9%"},
		{of(0, pct), style{}, "0%"},
		{of(1, pct), style{}, "100%"},
		{of(0.0497, pct), style{Apart: []float64{0.05}}, "4.97%"},
		{of(0.04999, pct), style{Apart: []float64{0.05}}, "4.999%"},
		{of(0.99996, pct), style{}, "99.996%"},
		{of(0.00004, pct), style{}, "0.0040%"},
		{of(0.0321, pct), style{}, "3.2%"},
		{of(171.6, rps), style{}, "172 RPS"},
		{of(17.16, rps), style{}, "17.2 RPS"},
		{of(1.716, rps), style{Bare: true}, "1.7"},
		{of(1716, rps), style{}, "1,716 RPS"},
		{of(1234567, measure.Count), style{}, "1,234,567"},
		{of(620, measure.Users), style{}, "620 users"},
		{in(5243, 5100, 5400, measure.Count), style{}, "5,240 (5,100–5,400)"},
		{of(0.431, s), style{Signed: true}, "+431 ms"},
		{of(-0.012, s), style{Signed: true}, "−12.0 ms"},
		{in(0.43, 0.4, 0.47, s), style{Signed: true}, "+430 ms (+400 to +470)"},
		{in(0, -0.01, 0.01, s), style{Signed: true}, "0 ms (−10 to +10)"},
		{of(0.241, pct), style{Signed: true, Scale: "pp"}, "+24.1 pp"},
		{of(3<<20, measure.Bytes), style{}, "3.0 MB"},
		{of(512<<20, measure.Bytes), style{Scale: "MB"}, "512 MB"},
		{in(0.996, 0.992, 0.9995, s), style{Apart: []float64{1}}, "996.0 ms (992.0–999.5)"},
		{measure.Value{}, style{}, "not measured"},
		{measure.None(s, measure.NotApplicable, ""), style{}, "not applicable"},
	} {
		if got := measure.Format(tt.v, tt.s); got != tt.want {
			low, high, _ := tt.v.Limits()
			n, _ := tt.v.Float()
			t.Errorf("Format(%v in [%v,%v], %+v) = %q, want %q", n, low, high, tt.s, got, tt.want)
		}
	}
}

// What is printed must hold: the printed range covers the limits, and a
// figure printed without one is off by at most one unit of its last digit.
func TestFormatHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := math.Pow(10, rapid.Float64Range(-3, 4).Draw(t, "log"))
		low := n * (1 - rapid.Float64Range(0, 0.9).Draw(t, "below")*rapid.SampledFrom([]float64{0, 0.001, 0.1, 1}).Draw(t, "tight"))
		high := n * (1 + rapid.Float64Range(0, 9).Draw(t, "above")*rapid.SampledFrom([]float64{0, 0.001, 0.1, 1}).Draw(t, "tight"))
		text := measure.Format(measure.Within(n, low, high, measure.Seconds, measure.Windowed), measure.Style{Scale: "s"})
		shown, rest, _ := strings.Cut(text, " s")
		number := func(s string) (x, step float64) {
			s = strings.ReplaceAll(s, ",", "")
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			_, frac, _ := strings.Cut(s, ".")
			return x, math.Pow10(-len(frac))
		}
		x, step := number(shown)
		if rest == "" {
			if x-low > step*1.0001 || high-x > step*1.0001 {
				t.Fatalf("%q hides the limits %v, %v", text, low, high)
			}
			return
		}
		a, b, _ := strings.Cut(strings.Trim(rest, " ()"), "–")
		lo, _ := number(a)
		hi, _ := number(b)
		if lo > low*(1+1e-6) || hi < high*(1-1e-6) {
			t.Fatalf("%q does not cover %v, %v", text, low, high)
		}
		if hi-lo > 1.5*(high-low)+2*step {
			t.Fatalf("%q is much wider than %v, %v", text, low, high)
		}
	})
}

func TestSpan(t *testing.T) {
	for _, tt := range []struct {
		s    float64
		want string
	}{
		{0, "0 s"}, {3.25, "3.3 s"}, {42, "42 s"}, {60, "1 min"}, {432, "7 min 12 s"}, {3600, "1 h"}, {7512, "2 h 5 min"}, {math.NaN(), "not measured"},
	} {
		if got := measure.Span(tt.s); got != tt.want {
			t.Errorf("Span(%v) = %q, want %q", tt.s, got, tt.want)
		}
	}
}

func TestStated(t *testing.T) {
	for _, c := range []struct {
		n    float64
		u    measure.Unit
		want string
	}{
		{.05, measure.Ratio, "5%"}, {.005, measure.Ratio, "0.5%"}, {.29, measure.Ratio, "29%"}, {0, measure.Ratio, "0%"},
		{1, measure.Seconds, "1,000 ms"}, {.0025, measure.Seconds, "2.5 ms"}, {30, measure.Seconds, "30 s"},
		{1500, measure.PerSecond, "1,500 RPS"}, {2.5, measure.PerSecond, "2.5 RPS"}, {3, measure.Count, "3"},
	} {
		if got := measure.Stated(c.n, c.u); got != c.want {
			t.Errorf("Stated(%v, %v) = %q, want %q", c.n, c.u, got, c.want)
		}
	}
}

func TestFormatVague(t *testing.T) {
	for _, c := range []struct {
		n, low, high float64
		want         string
	}{
		{.03, .001, 1, "1.0–1,000 ms"}, {.03, 0, 1, "≤ 1,000 ms"}, {.5, .4, math.Inf(1), "≥ 400 ms"}, {.5, .4, .6, "500 ms (400–600)"},
	} {
		if got := measure.Format(measure.Within(c.n, c.low, c.high, measure.Seconds, measure.Bounded), measure.Style{}); got != c.want {
			t.Errorf("%v: %q, want %q", c, got, c.want)
		}
	}
}
