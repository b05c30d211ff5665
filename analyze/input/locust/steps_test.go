package locust

import (
	"math/rand/v2"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

// TestStep tells a master's steps from few requests and from outages.
func TestStep(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		name string
		at   func(second int) int64 // completions in it
		want float64
	}{
		{"steady", func(int) int64 { return 20 + int64(r.IntN(10)) }, 1},
		{"one request in three seconds or so", func(int) int64 { return int64(r.IntN(3) / 2) }, 1},
		{"an outage", func(s int) int64 {
			if s > 40 && s < 70 {
				return 0
			}
			return 30
		}, 1},
		{"a master with one worker", func(s int) int64 {
			if s%3 == 1 {
				return 60
			}
			return 0
		}, 3},
		{"a master with two workers", func(s int) int64 {
			if s%3 == 1 || s%3 == 2 {
				return 30
			}
			return 0
		}, 3},
		{"a slow master", func(s int) int64 {
			if s%3 == 1 {
				return 2
			}
			return 0
		}, 3},
		{"nothing", func(int) int64 { return 0 }, 1},
	} {
		h := &loadtest.History{}
		var n int64
		for s := range 120 {
			n += c.at(s)
			h.Time = append(h.Time, int64(1000+s))
			h.Total.Requests = append(h.Total.Requests, n)
		}
		if got := step(h); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestBucket(t *testing.T) {
	// Locust's own test's pairs (TestBucketResponseTime), and halves to even.
	for ms, want := range map[float64]float64{0: 0, 45: 45, 99: 99, 1.4: 1, 1.5: 2, 99.9: 100, 100: 100, 147: 150, 999: 1000, 3432: 3400, 9999: 10000, 58760: 59000, 105: 100, 115: 120, 1050: 1000, 2.5: 2} {
		if got := bucket(ms); got != want {
			t.Errorf("%v: %v, want %v", ms, got, want)
		}
	}
}
