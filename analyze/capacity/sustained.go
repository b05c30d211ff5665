package capacity

import "math"

// sustainedFor is how long a goodput must be held to count, in s.
const sustainedFor = 30.0

// In a long run the best of many half minutes is the luckiest of them. Its
// stretches are so long that luck alone raises the best by no more than
// mostLuck, and no longer than leastParts of them make the run.
const (
	mostLuck   = .05
	leastParts = 20.0
)

// sustain is for how long a goodput must be held to count, in s.
func (a *analysis) sustain() float64 {
	rows := a.run.Rows
	length := rows[len(rows)-1].At - a.at(-1)
	if length <= leastParts*sustainedFor {
		return math.Min(sustainedFor, length)
	}
	good, seconds := 0.0, 0.0
	for i, r := range rows {
		if !math.IsNaN(r.Done) {
			good, seconds = good+r.Done-r.Failed, seconds+r.At-a.at(i-1)
		}
	}
	// the best of n draws lies about √(2 ln n) standard deviations up
	count := 2 * math.Log(length/sustainedFor) / (mostLuck * mostLuck)
	return math.Min(math.Max(sustainedFor, count*seconds/math.Max(good, 1)), length/leastParts)
}

// sustained is the highest goodput over thirty seconds, or over the longest
// stretch where the run is shorter, of those that held the error target; where
// none did, of all, and Held is false.
func (a *analysis) sustained() Sustained {
	out := Sustained{Goodput: math.NaN()}
	rows := a.run.Rows
	if len(rows) < 2 {
		return out
	}
	limit := math.Inf(1)
	for _, t := range a.run.Targets {
		if t.Kind == Errors {
			limit = math.Min(limit, t.Limit)
		}
	}
	need := a.sustain()
	// sums up to a row
	n := len(rows)
	time, done, failed, users := make([]float64, n+1), make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)
	for i, r := range rows {
		d := r.At - a.at(i-1)
		known := !math.IsNaN(r.Done)
		time[i+1], done[i+1], failed[i+1], users[i+1] = time[i], done[i], failed[i], users[i]
		if known {
			time[i+1] += d
			done[i+1] += r.Done
			failed[i+1] += r.Failed
			users[i+1] += d * r.Users
		}
	}
	best, fallback := out, out
	from := 0
	for to := 1; to <= n; to++ {
		for from+1 < to && time[to]-time[from+1] >= need-.01 {
			from++
		}
		d := time[to] - time[from]
		if d < need-.01 || d <= 0 {
			continue
		}
		requests, f := done[to]-done[from], failed[to]-failed[from]
		s := Sustained{Goodput: (requests - f) / d, Users: (users[to] - users[from]) / d, Seconds: d, From: from - 1, To: to - 1}
		if math.IsNaN(fallback.Goodput) || s.Goodput > fallback.Goodput {
			fallback = s
		}
		if (math.IsNaN(best.Goodput) || s.Goodput > best.Goodput) && (f <= limit*requests || a.run.Recorder.Errors(s.From, s.To) < limit) {
			s.Held = true
			best = s
		}
	}
	if math.IsNaN(best.Goodput) {
		return fallback
	}
	return best
}
