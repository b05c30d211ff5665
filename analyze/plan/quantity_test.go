package plan

import (
	"testing"

	"github.com/peakload/peakload/analyze/measure"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]float64{
		"10 minutes": 600, "10m": 600, "1h30m": 5400, "1 h 30 min": 5400, "90 sec": 90, "90s": 90,
		"10 minutes (measured: 7 min 12 s)": 600, "0:10:00": 600, "1:30 h": 5400, "10:00 min": 600,
		"~10 minutes": 600, "1 hour and 5 minutes": 3900, "0.5 h": 1800, "7 min 12 s": 432, "1,200 s": 1200,
	} {
		if got, ok := ParseDuration(text); !ok || got != want {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "TBD", "10", "10:00", "ten minutes", "10 parsecs", "5 s 1 m", "10 m 5 m", "-5 m", "10m each", "1:75 h", "NaN s"} {
		if got, ok := ParseDuration(text); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestParseUsers(t *testing.T) {
	for text, want := range map[string][2]float64{
		"1000": {1000, 1000}, "1,000": {1000, 1000}, "1000 concurrent users": {1000, 1000}, "0-1000": {0, 1000}, "1000-0": {1000, 0},
		"1000 → 0": {1000, 0}, "200 to 400 users": {200, 400}, "0 – 1,000": {0, 1000}, "1k": {1000, 1000}, "**500** users": {500, 500},
		"up to 300": {300, 300}, "1000 concurrent users (measured: 620)": {1000, 1000}, "0": {0, 0},
	} {
		from, to, ok := ParseUsers(text)
		if !ok || from != want[0] || to != want[1] {
			t.Errorf("%q: %v %v %v, want %v", text, from, to, ok, want)
		}
	}
	for _, text := range []string{"", "TBD", "many", "1000 requests", "-5", "1000 / 5", "10-20-30", "1e3", "1000%"} {
		if from, to, ok := ParseUsers(text); ok {
			t.Errorf("%q: %v %v", text, from, to)
		}
	}
}

func TestParseRate(t *testing.T) {
	for text, want := range map[string]float64{
		"50 users/second": 50, "50/s": 50, "50": 50, "30 users per minute": 0.5, "2.5 users/s": 2.5, "50 users / sec": 50,
	} {
		if got, ok := ParseRate(text); !ok || got != want {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "TBD", "fast", "50 rps/s", "50/x", "50 users/"} {
		if got, ok := ParseRate(text); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestParsePhaseLabel(t *testing.T) {
	for _, c := range []struct {
		text, name string
		from, to   float64
		ok         bool
	}{
		{"Ramp-up (0-1 min)", "Ramp-up", 0, 60, true},
		{"Peak (1–9 min)", "Peak", 60, 540, true},
		{"Ramp-down (9-10 min)", "Ramp-down", 540, 600, true},
		{"Warm-up (0-90s)", "Warm-up", 0, 90, true},
		{"Soak (0:10-1:30 h)", "Soak", 600, 5400, true},
		{"Phase 2 (60-120 sec)", "Phase 2", 60, 120, true},
		{"Step 2 [60 – 120 sec]", "Step 2", 60, 120, true},
		{"**Peak** (1m30s–9m)", "Peak", 90, 540, true},
		{"Peak (1:00-9:00)", "Peak", 60, 540, true},
		{"Peak (0:01:00-0:09:00)", "Peak", 60, 540, true},
		{"Peak (1-9 min, 1000 users)", "Peak", 60, 540, true},
		{"Peak (1-9 min, night)", "Peak (night)", 60, 540, true},
		{"Cool-down (9 min - end)", "Cool-down", 540, 0, true},
		{"Peak (1 to 9 minutes)", "Peak", 60, 540, true},
		{"Soak (1-3 h)", "Soak", 3600, 10800, true},
		{"Peak", "Peak", 0, 0, false},
		{"Peak (8 min)", "Peak", 0, 0, false},
		{"Peak (1-9)", "Peak (1-9)", 0, 0, false},
		{"Peak (9-1 min)", "Peak (9-1 min)", 0, 0, false},
		{"Peak (night)", "Peak (night)", 0, 0, false},
		{"Peak (", "Peak (", 0, 0, false},
		{"(0-1 min)", "(0-1 min)", 0, 60, true},
		{"", "", 0, 0, false},
	} {
		name, from, to, ok := ParsePhaseLabel(c.text)
		if name != c.name || from != c.from || to != c.to || ok != c.ok {
			t.Errorf("%q: %q %v %v %v", c.text, name, from, to, ok)
		}
	}
}

func TestParseBand(t *testing.T) {
	for text, want := range map[string][2]float64{
		"0-500 users": {0, 500}, "500–750": {500, 750}, "1000+ users": {1000, 0}, "> 1000 users": {1000, 0}, "up to 500": {0, 500},
		"< 500 users": {0, 500}, "≥ 1,000": {1000, 0}, "above 1k users": {1000, 0}, "Normal (0-500 users)": {0, 500}, "500 users": {500, 500},
		"0-500 users (normal)": {0, 500}, "1000 or more users": {1000, 0}, "1000 users and above": {1000, 0}, "0 to 500 concurrent users": {0, 500}, "`0-500`": {0, 500},
	} {
		from, to, ok := ParseBand(text)
		if !ok || from != want[0] || to != want[1] {
			t.Errorf("%q: %v %v %v, want %v", text, from, to, ok, want)
		}
	}
	for _, text := range []string{"", "TBD", "normal", "500-100 users", "0-500 RPS", "0", "> many"} {
		if from, to, ok := ParseBand(text); ok {
			t.Errorf("%q: %v %v", text, from, to)
		}
	}
}

func TestParseCapacity(t *testing.T) {
	for text, want := range map[string]measure.Value{
		"100": measure.Of(100, measure.Count), "100%": measure.Of(1, measure.Ratio), "4096 MB": measure.Of(4<<30, measure.Bytes),
		"4 GB": measure.Of(4<<30, measure.Bytes), "0.5 GiB": measure.Of(1<<29, measure.Bytes), "200 connections": measure.Of(200, measure.Count),
		"500/s": measure.Of(500, measure.PerSecond), "50 ms": measure.Of(0.05, measure.Seconds), "1,024": measure.Of(1024, measure.Count),
		"90 %": measure.Of(0.9, measure.Ratio), "1000 commands/s": measure.Of(1000, measure.PerSecond),
	} {
		n, unit, none, ok := ParseCapacity(text)
		w, _ := want.Float()
		if !ok || none || n != w || unit != want.Unit() {
			t.Errorf("%q: %v %v %v %v, want %v", text, n, unit, none, ok, w)
		}
	}
	for _, text := range []string{"N/A", "n/a", "unlimited", "∞"} {
		if _, _, none, ok := ParseCapacity(text); !none || !ok {
			t.Errorf("%q: not none", text)
		}
	}
	for _, text := range []string{"", "TBD", "TBD MB", "⏳", "-", "lots", "-5", "100 apples", "5 MB/s", "1e9"} {
		if n, _, none, ok := ParseCapacity(text); ok {
			t.Errorf("%q: %v %v", text, n, none)
		}
	}
}

func TestParseRunLabel(t *testing.T) {
	for _, c := range []struct {
		text, name string
		users      float64
	}{
		{"Sustained (200u)", "Sustained", 200}, {"Peak (1000 users)", "Peak", 1000}, {"Peak 1000u", "Peak", 1000}, {"Baseline", "Baseline", 0},
		{"Peak (1,000u)", "Peak", 1000}, {"Peak (new)", "Peak (new)", 0}, {"", "", 0}, {"v1.2 u", "v1.2 u", 0}, {"Step (1-5)", "Step (1-5)", 0},
	} {
		if name, users := ParseRunLabel(c.text); name != c.name || users != c.users {
			t.Errorf("%q: %q %v", c.text, name, users)
		}
	}
}

// FuzzQuantities holds the readers of quantities to not panicking and to
// figures that make sense.
func FuzzQuantities(f *testing.F) {
	for _, s := range []string{"10 minutes", "0:10-1:30 h", "Peak (1–9 min)", "1000+ users", "4096 MB", "Sustained (200u)", "50 users/s", "K > 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, ok := ParseDuration(text); ok && !(n >= 0) {
			t.Errorf("duration %v", n)
		}
		if from, to, ok := ParseUsers(text); ok && !(from >= 0 && to >= 0) {
			t.Errorf("users %v %v", from, to)
		}
		if n, ok := ParseRate(text); ok && !(n >= 0) {
			t.Errorf("rate %v", n)
		}
		if _, from, to, ok := ParsePhaseLabel(text); ok && !(from >= 0 && (to == 0 || to > from)) {
			t.Errorf("window %v %v", from, to)
		}
		if from, to, ok := ParseBand(text); ok && !(from >= 0 && (to == 0 || to >= from)) {
			t.Errorf("band %v %v", from, to)
		}
		if n, _, _, ok := ParseCapacity(text); ok && !(n >= 0) {
			t.Errorf("capacity %v", n)
		}
		ParseRunLabel(text)
	})
}
