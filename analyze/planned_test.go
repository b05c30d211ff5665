package analyze

import "testing"

func TestUsersIn(t *testing.T) {
	for text, want := range map[string]float64{
		"300 users":                 300,
		"1,000 concurrent users":    1000,
		"1.500 virtual users":       1500,
		"1'000 users":               1000,
		"2.5k users":                2500,
		"1,00,000 users":            0, // not known, rather than 0
		"Step 2. 300 users":         300,
		"Phase 1, 300 users":        300,
		"P95 below 1 s, 300 users":  300,
		"no number of users":        0,
		"300 requests and no users": 0,
	} {
		if got, ok := usersIn(text); got != want || ok != (want > 0) {
			t.Errorf("%q: %v, %v; want %v", text, got, ok, want)
		}
	}
}
