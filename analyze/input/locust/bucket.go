package locust

import "math"

// bucket rounds a latency in ms as Locust does before counting it
// (bucket_response_time, stats.py:124): to the whole ms below 100, to two
// significant digits up to 10 s, to the whole second above; halves to even.
func bucket(ms float64) float64 {
	switch {
	case ms < 100:
		return math.RoundToEven(ms)
	case ms < 1000:
		return math.RoundToEven(ms/10) * 10
	case ms < 10000:
		return math.RoundToEven(ms/100) * 100
	}
	return math.RoundToEven(ms/1000) * 1000
}
