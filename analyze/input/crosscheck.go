package input

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// A tally is what one file counts of the whole run, since the last reset.
type tally struct {
	what               string
	file               string
	requests, failures int64
	end                float64 // Unix seconds of what it covers; NaN unknown
}

// finish checks the sources against each other. Nothing is repaired: what
// disagrees is noted.
func (l *loading) finish() {
	l.settleScope()
	l.settleStep()
	all := l.tallies()
	l.checkTail(all)
	l.checkTotals(all)
	l.checkSums()
	l.checkGenerator()
}

// tallies returns each file's counts, in the order Locust writes them: the
// later ones know more.
func (l *loading) tallies() []tally {
	var all []tally
	r := l.run
	if h := r.History; h != nil && len(h.Time) > 0 {
		last := len(h.Time) - 1
		all = append(all, tally{"the history", h.File, h.Total.Requests[last], h.Total.Failures[last], float64(h.Time[last])})
	}
	if t := r.Totals; t != nil && t.HasTotal {
		all = append(all, tally{"_stats.csv", t.File, t.Total.Requests, t.Total.Failures, math.NaN()})
	}
	if g := r.Log; g != nil && g.HasFinal && g.FinalTotal.Requests > 0 {
		all = append(all, tally{"the console's last table", g.File, g.FinalTotal.Requests, g.FinalTotal.Failures, math.NaN()})
	}
	if p := r.Page; p != nil && p.HasTotal {
		end := math.NaN()
		if !p.End.IsZero() {
			end = float64(p.End.Unix())
		}
		all = append(all, tally{"the HTML report", p.File, p.Total.Requests, p.Total.Failures, end})
	}
	if h := r.Histograms; h != nil {
		t := tally{"the JSON file", h.File, 0, 0, math.Inf(-1)}
		for _, e := range h.Endpoints {
			t.requests += e.Requests
			t.failures += e.Failures
			t.end = math.Max(t.end, e.Last)
		}
		all = append(all, t)
	}
	return all
}

// checkTail says how much of the run the history lacks: until 2.46.3 Locust
// never closed the file, so that what was buffered is lost (PR 3486).
func (l *loading) checkTail(all []tally) {
	h := l.run.History
	if h == nil || len(h.Time) < 2 || len(all) < 2 {
		return
	}
	most := all[1]
	for _, t := range all[2:] {
		if t.requests >= most.requests {
			most = t
		}
	}
	lost := most.requests - all[0].requests
	if lost <= 0 {
		return
	}
	end := math.NaN()
	for _, t := range all[1:] {
		if !math.IsNaN(t.end) && !math.IsInf(t.end, 0) {
			end = math.Max(end, t.end)
			if math.IsNaN(end) {
				end = t.end
			}
		}
	}
	last := len(h.Time) - 1
	seconds, how := end-float64(h.Time[last]), "the last"
	if !(seconds > 0) {
		// As long as the last ten seconds would have taken for as many.
		from := last
		for from > h.Segments[len(h.Segments)-1].From && h.Time[last]-h.Time[from] < 10 {
			from--
		}
		rate := float64(h.Total.Requests[last]-h.Total.Requests[from]) / float64(max(1, h.Time[last]-h.Time[from]))
		seconds, how = float64(lost)/rate, "about the last"
	}
	span := ""
	if seconds > 0 && !math.IsInf(seconds, 0) {
		span = fmt.Sprintf(", %s %.0f s,", how, math.Max(1, math.Round(seconds)))
	}
	whole := ""
	if t := l.run.Totals; t != nil && t.HasTotal && most.what == "the console's last table" && t.Total.Requests != most.requests {
		whole = fmt.Sprintf(" Figures of the whole run are those of _stats.csv, %s requests.", grouped(t.Total.Requests))
	}
	severity := loadtest.Info
	if float64(lost) > 0.02*float64(most.requests) {
		severity = loadtest.Warn
	}
	l.note("lost_tail", severity, fmt.Sprintf("%s:%d", h.File, h.Line[last]),
		fmt.Sprintf("The history ends before the test did: it counts %s requests, %s %s. %s requests%s are in no sample.%s",
			grouped(all[0].requests), most.what, grouped(most.requests), grouped(lost), span, whole))
}

// checkTotals compares the files that count the whole run. Locust writes
// _stats.csv once a second and not at the end, so that it may be a little
// behind the others; any other difference is odd.
func (l *loading) checkTotals(all []tally) {
	var totals []tally
	for _, t := range all {
		if h := l.run.History; h == nil || t.file != h.File {
			totals = append(totals, t)
		}
	}
	if len(all) > len(totals) && len(totals) > 0 { // the history must not be ahead
		for _, t := range totals {
			if t.requests < all[0].requests {
				l.disagree(t, all[0])
			}
		}
	}
	for i := len(totals) - 1; i > 0; i-- { // the last of them knows most
		a, b := totals[0], totals[i]
		switch {
		case a.requests == b.requests && a.failures == b.failures:
		case a.what == "_stats.csv" && a.requests <= b.requests && a.failures <= b.failures &&
			float64(b.requests-a.requests) <= 0.05*float64(b.requests)+20:
			l.note("stats_older_than_html", loadtest.Info, a.file, fmt.Sprintf(
				"%s counts %s requests and %s failures, %s %s and %s: Locust writes _stats.csv once a second and not at the very end.",
				a.what, grouped(a.requests), grouped(a.failures), b.what, grouped(b.requests), grouped(b.failures)))
			return
		default:
			l.disagree(a, b)
		}
	}
}

func (l *loading) disagree(a, b tally) {
	severity := loadtest.Info
	if math.Abs(float64(a.requests-b.requests)) > 0.02*float64(max(a.requests, b.requests))+5 {
		severity = loadtest.Warn
	}
	l.note("totals_disagree", severity, a.file, fmt.Sprintf("%s counts %s requests and %s failures, %s (%s) %s and %s.",
		upper(a.what), grouped(a.requests), grouped(a.failures), b.what, b.file, grouped(b.requests), grouped(b.failures)))
}

func grouped(n int64) string { return measure.Stated(float64(n), measure.Count) }

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// checkSums compares totals with the sums of their parts.
func (l *loading) checkSums() {
	t := l.run.Totals
	if t == nil || !t.HasTotal {
		return
	}
	var requests, failures int64
	for _, e := range t.Endpoints {
		requests += e.Requests
		failures += e.Failures
	}
	if len(t.Endpoints) > 0 && (requests != t.Total.Requests || failures != t.Total.Failures) {
		l.note("sum_mismatch", loadtest.Warn, fmt.Sprintf("%s:%d", t.File, t.Total.Line), fmt.Sprintf(
			"The endpoints add up to %s requests and %s failures, the Aggregated row says %s and %s.",
			grouped(requests), grouped(failures), grouped(t.Total.Requests), grouped(t.Total.Failures)))
	}
	f := l.run.Failures
	if f == nil {
		return
	}
	var listed int64
	for _, row := range f.Rows {
		listed += row.Count
	}
	if d := listed - t.Total.Failures; d != 0 {
		severity := loadtest.Info
		if math.Abs(float64(d)) > 0.02*float64(t.Total.Failures)+5 {
			severity = loadtest.Warn
		}
		l.note("totals_disagree", severity, f.File, fmt.Sprintf("_failures.csv lists %s failures, _stats.csv counts %s.", grouped(listed), grouped(t.Total.Failures)))
	}
}

// settleScope answers from Locust's version what a history could not tell:
// full histories are windowed since 2.2.2 (PR 1873) and before 1.2.
func (l *loading) settleScope() {
	h, g := l.run.History, l.run.Log
	if h == nil || g == nil || h.Scope != loadtest.UnknownScope || !h.FullHistory || len(h.Percentiles) == 0 {
		return
	}
	version, ok := number3(g.Version)
	if !ok || version[0] < 2 || slices.Compare(version[:], []int{2, 2, 2}) < 0 {
		return
	}
	h.Scope, h.ScopeWhy = loadtest.Windowed, "Locust "+g.Version+" wrote a full history"
	l.run.Notes = slices.DeleteFunc(l.run.Notes, func(n loadtest.Note) bool { return n.Code == "unknown_scope" })
}

// number3 reads the first three numbers of a version, "2.46.3.post23".
func number3(version string) (v [3]int, ok bool) {
	parts := strings.Split(version, ".")
	for i := range v {
		if i == len(parts) {
			return v, i > 0
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return v, i > 1
		}
		v[i] = n
	}
	return v, true
}

// settleStep believes the log where many workers hide the master's steps.
func (l *loading) settleStep() {
	h, g := l.run.History, l.run.Log
	if h == nil || g == nil || g.Workers == 0 || h.Step > 1 || len(h.Time) == 0 {
		return
	}
	h.Step = 3
	l.note("master_steps", loadtest.Info, h.File, fmt.Sprintf(
		"A master wrote the history, with %d workers that report every 3 s; differences over less than 6 s mean little.", g.Workers))
}

// checkGenerator notes what Locust's log says of the load generator itself.
func (l *loading) checkGenerator() {
	g := l.run.Log
	if g == nil {
		return
	}
	if brokeOff(l.run) {
		l.note("locust_broke_off", loadtest.Warn, g.File,
			"Locust's log ends without “Shutting down”: Locust was killed, or was still running when the files were taken. What it had not written by then is lost: the ends of its files, the HTML report, and whatever was to follow in the test.")
	}
	if g.CPUWarning {
		l.note("generator_cpu_high", loadtest.Warn, lineWith(g, "CPU", "cpu"),
			"Locust warned that the load generator's CPU was above 90 %: it may have been the bottleneck, and latencies may be its own.")
	}
	if g.LostWorkers > 0 {
		l.note("worker_lost", loadtest.Warn, lineWith(g, "heartbeat"), fmt.Sprintf(
			"%d of %d workers went missing: their users and up to 3 s of their results are lost.", g.LostWorkers, max(g.Workers, g.LostWorkers)))
	}
}

// brokeOff reports whether Locust did not come to its end: its log has the
// ramp and tables of the run, but not the last line, and nothing is
// there that is written at the end.
func brokeOff(r *loadtest.Run) bool {
	g := r.Log
	return len(g.Ramps) > 0 && g.HasFinal && !g.Ended && r.Page == nil && r.Histograms == nil
}

// lineWith names the first warning of a log with one of the words.
func lineWith(g *loadtest.Log, words ...string) string {
	for _, line := range g.Lines {
		for _, w := range words {
			if strings.Contains(line.Text, w) {
				return fmt.Sprintf("%s:%d", g.File, line.Line)
			}
		}
	}
	return g.File
}
