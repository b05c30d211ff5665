package input

import (
	"fmt"
	"math"
	"time"

	"github.com/peakload/peakload/analyze/loadtest"
)

// foreign says why a report, histograms or a log found beside the run's CSV
// files are not of that run; "" if they are, or nothing speaks against it.
// Name, time, endpoints and counts must fit: a report of yesterday's run in
// the same folder would otherwise lend its percentiles to today's.
func (l *loading) foreign(part *loadtest.Run, c candidate) string {
	switch {
	case part.Page != nil:
		return l.foreignPage(part.Page, c)
	case part.Histograms != nil:
		return l.foreignHistograms(part.Histograms, c)
	case part.Log != nil:
		return l.foreignLogs(part, c)
	}
	return ""
}

func (l *loading) foreignPage(p *loadtest.Page, c candidate) string {
	if why := l.strangers(endpointsOf(p.Endpoints)); why != "" {
		return why
	}
	from, to, ok := l.span()
	if !ok || p.Start.IsZero() {
		return l.wrongCount(p.Total.Requests, p.HasTotal, math.NaN(), c)
	}
	start, end := float64(p.Start.Unix()), float64(p.End.Unix())
	if end < start {
		end = start
	}
	if overlap(from, to, start, end) {
		return l.wrongCount(p.Total.Requests, p.HasTotal, end, c)
	}
	// Before Locust 2.2 a report's times were local ones.
	zone, near := quarter(from - start)
	if near && (c.asked || c.named || math.Abs(end+zone-to) < 15) && l.wrongCount(p.Total.Requests, p.HasTotal, end+zone, candidate{}) == "" {
		shift := time.Duration(zone) * time.Second
		p.Start, p.End = p.Start.Add(shift), p.End.Add(shift)
		for i := range p.Windows {
			p.Windows[i].Time += zone
		}
		l.note("page_local_time", loadtest.Info, c.file,
			fmt.Sprintf("The report's times are the load generator's local ones; they were shifted by %+g h to fit the history.", zone/3600))
		return ""
	}
	return fmt.Sprintf("it covers %s to %s UTC, the history %s to %s", clock(start), clock(end), clock(from), clock(to))
}

func (l *loading) foreignHistograms(h *loadtest.Histograms, c candidate) string {
	var endpoints []loadtest.Endpoint
	var n int64
	start, end := math.Inf(1), math.Inf(-1)
	for _, e := range h.Endpoints {
		endpoints = append(endpoints, e.Endpoint)
		n += e.Requests
		start, end = math.Min(start, e.Start), math.Max(end, e.Last)
	}
	if why := l.strangers(endpoints); why != "" {
		return why
	}
	if from, to, ok := l.span(); ok && start < end && !overlap(from, to, start, end) {
		return fmt.Sprintf("it covers %s to %s UTC, the history %s to %s", clock(start), clock(end), clock(from), clock(to))
	}
	return l.wrongCount(n, true, end, c)
}

// foreignLogs looks for the run's own log among those of a file, the last run
// first.
func (l *loading) foreignLogs(part *loadtest.Run, c candidate) string {
	first := ""
	for g := part.Log; g != nil; g = g.Before {
		why := l.foreignLog(g, c)
		if why == "" {
			part.Log, g.Before = g, nil
			return ""
		}
		if first == "" {
			first = why
		}
	}
	return first
}

func (l *loading) foreignLog(g *loadtest.Log, c candidate) string {
	if why := l.strangers(endpointsOf(g.Final)); why != "" {
		return why
	}
	h := l.run.History
	if h != nil && len(h.Time) > 0 && !g.Start.IsZero() {
		// The first ramp is the first second with users, but for the zone.
		first := h.Time[0]
		for i, u := range h.Users {
			if u > 0 {
				first = h.Time[i]
				break
			}
		}
		at := g.Start
		if len(g.Ramps) > 0 {
			at = g.Ramps[0].Time
		}
		offset, near := quarter(float64(first) - float64(at.UnixMilli())/1000)
		if !near {
			return fmt.Sprintf("its first ramp is at %s local time, and the first users of the history came at %s UTC", at.Format("15:04:05"), clock(float64(first)))
		}
		most := 0
		for _, u := range h.Users {
			most = max(most, u)
		}
		if g.UsersWanted > 0 && most > g.UsersWanted {
			return fmt.Sprintf("it asks for %d users at most, and the history has %d", g.UsersWanted, most)
		}
		g.Offset, g.OffsetKnown = time.Duration(offset)*time.Second, true
		return l.wrongCount(g.FinalTotal.Requests, g.HasFinal, math.NaN(), c)
	}
	if g.Start.IsZero() && !g.HasFinal {
		return "it tells nothing of a run"
	}
	return l.wrongCount(g.FinalTotal.Requests, g.HasFinal, math.NaN(), c)
}

// strangers reports that none of the endpoints is among the run's.
func (l *loading) strangers(endpoints []loadtest.Endpoint) string {
	known := map[string]bool{} // by name: consoles drop the method now and then
	if t := l.run.Totals; t != nil {
		for _, e := range t.Endpoints {
			known[e.Endpoint.Name] = true
		}
	}
	if h := l.run.History; h != nil {
		for _, s := range h.Endpoints {
			known[s.Endpoint.Name] = true
		}
	}
	if len(known) == 0 || len(endpoints) == 0 {
		return ""
	}
	for _, e := range endpoints {
		if known[e.Name] {
			return ""
		}
	}
	return "none of its endpoints is in the CSV files"
}

func endpointsOf(totals []loadtest.Total) []loadtest.Endpoint {
	var list []loadtest.Endpoint
	for _, t := range totals {
		list = append(list, t.Endpoint)
	}
	return list
}

// wrongCount compares a file's number of requests, counted up to the instant
// end (NaN: the run's end or somewhat before), with the run's. Files named
// after the run or by the user may differ: that is a finding, not a reason to
// leave them out.
func (l *loading) wrongCount(n int64, has bool, end float64, c candidate) string {
	if !has || c.asked || c.named {
		return ""
	}
	var low, high float64
	switch h, t := l.run.History, l.run.Totals; {
	case h != nil && len(h.Segments) > 1:
		return "" // the file may be about any of the segments
	case h != nil && len(h.Time) > 1:
		last := len(h.Time) - 1
		seconds := float64(h.Time[last] - h.Time[0])
		count := float64(h.Total.Requests[last])
		low = 0.9 * count
		for i, at := range h.Time {
			if float64(at) <= end-2*h.Step-2 { // a NaN end: no row
				low = float64(h.Total.Requests[i])
			}
		}
		// What came after the last row, at twice the mean rate.
		beyond := math.Max(0, end-float64(h.Time[last]))
		if math.IsNaN(end) {
			beyond = 15
		}
		high = count + 2*count/math.Max(1, seconds)*(beyond+5) + 20
	case t != nil && t.HasTotal:
		low, high = 0.9*float64(t.Total.Requests), 1.25*float64(t.Total.Requests)+50
	default:
		return ""
	}
	if float64(n) < math.Floor(low) || float64(n) > high {
		return fmt.Sprintf("it counts %d requests, the CSV files %d", n, l.count())
	}
	return ""
}

// count is the run's number of requests by its CSV files.
func (l *loading) count() int64 {
	if t := l.run.Totals; t != nil && t.HasTotal {
		return t.Total.Requests
	}
	if h := l.run.History; h != nil && len(h.Time) > 0 {
		return h.Total.Requests[len(h.Time)-1]
	}
	return 0
}

// span is the time that the history covers.
func (l *loading) span() (from, to float64, ok bool) {
	h := l.run.History
	if h == nil || len(h.Time) == 0 {
		return 0, 0, false
	}
	return float64(h.Time[0]), float64(h.Time[len(h.Time)-1]), true
}

// overlap reports whether two spans share half of the shorter one at least,
// with two seconds of grace for the rounding of both.
func overlap(a, b, c, d float64) bool {
	shared := math.Min(b, d) - math.Max(a, c) + 2
	return shared >= math.Min(b-a, d-c)/2 && shared > 0
}

// quarter rounds a difference of clocks to quarters of an hour, of which all
// zones are multiples, up to 14 hours.
func quarter(seconds float64) (zone float64, near bool) {
	zone = math.Round(seconds/900) * 900
	return zone, math.Abs(seconds-zone) <= 10 && math.Abs(zone) <= 14*3600
}

func clock(unix float64) string {
	return time.Unix(int64(unix), 0).UTC().Format("2006-01-02 15:04:05")
}
