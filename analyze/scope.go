package analyze

import (
	"fmt"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
)

// scope returns the phases that a target's scope names, or what is wrong with
// it in words. "" is the peak.
func (c *context) scope(name string) ([]*Phase, string) {
	if c.history == nil {
		if c.run.History != nil {
			return nil, "the history file has no rows, so that the run's phases are not known"
		}
		return nil, "phases need a history: " + needHistory
	}
	if !c.knowsLoad() {
		return nil, "phases need the number of users over time, which Locust records since version 1.0"
	}
	if name == "" || strings.EqualFold(name, "peak") {
		return c.peakScope()
	}
	var out []*Phase
	for i := range c.phases { // as named
		if p := &c.phases[i]; letters(p.Name) == letters(name) || p.Planned != nil && letters(p.Planned.Name) == letters(name) {
			out = append(out, p)
		}
	}
	if out != nil {
		return out, ""
	}
	for _, pl := range c.absent {
		if letters(pl.Name) == letters(name) {
			return nil, fmt.Sprintf("the run has no phase %q: it is planned and was not recorded", name)
		}
	}
	found, known := named(c.phases, name)
	if kind, ok := kindOf(name); ok && kind == Peak && len(found) == 0 {
		return c.peakScope()
	}
	for _, i := range found {
		out = append(out, &c.phases[i])
	}
	if out != nil {
		return out, ""
	}
	var names []string
	for _, p := range c.phases {
		names = append(names, p.Name)
	}
	text := fmt.Sprintf("the run has no phase %q", name)
	if !known {
		if s := nearest(name, names); s != "" {
			return nil, text + fmt.Sprintf("; did you mean %q?", s)
		}
	}
	return nil, text + "; it has " + strings.Join(names, ", ")
}

// peakScope returns the plateaus at the highest level that are long enough to
// judge: all of longEnough seconds, else the longest.
func (c *context) peakScope() ([]*Phase, string) {
	longest := c.peak()
	if longest == nil {
		most, last := 0, c.phases[len(c.phases)-1]
		for _, u := range c.history.Users {
			most = max(most, u)
		}
		if most == 0 {
			return nil, "the run had no users"
		}
		if last.Kind == RampUp {
			return nil, fmt.Sprintf("the run ends in its ramp-up, at %d users: it has no plateau at its highest load", last.UsersTo)
		}
		return nil, fmt.Sprintf("the run did not stay at its highest load of %d users: there is no peak phase to judge", most)
	}
	var out []*Phase
	for _, p := range c.peaks() {
		if p.End-p.Start >= longEnough || p == longest {
			out = append(out, p)
		}
	}
	return out, ""
}

// findEndpoint returns the endpoint that a target names, nil for all of them,
// or what is wrong in words. "METHOD name" is exact; a name alone must be
// unique.
func (c *context) findEndpoint(want string) (*loadtest.Endpoint, string) {
	if want == "" {
		return nil, ""
	}
	all := endpointsOf(c.run)
	var byName []loadtest.Endpoint
	var names []string
	for _, e := range all {
		full := strings.TrimSpace(e.Method + " " + e.Name)
		names = append(names, full)
		if full == strings.TrimSpace(want) {
			return &e, ""
		}
		if e.Name == strings.TrimSpace(want) {
			byName = append(byName, e)
		}
	}
	switch {
	case len(byName) == 1:
		return &byName[0], ""
	case len(byName) > 1:
		var full []string
		for _, e := range byName {
			full = append(full, fmt.Sprintf("%q", strings.TrimSpace(e.Method+" "+e.Name)))
		}
		return nil, fmt.Sprintf("%q is the name of %d endpoints: say %s", want, len(byName), strings.Join(full, " or "))
	case len(all) == 0:
		return nil, "no file names endpoints: needs _stats.csv, or a run with --csv-full-history"
	}
	text := fmt.Sprintf("no request went to %q", want)
	if s := nearest(want, names); s != "" {
		text += fmt.Sprintf("; did you mean %q?", s)
	}
	return nil, text
}

// endpointsOf returns every endpoint that a file names, in order of first
// appearance.
func endpointsOf(r *loadtest.Run) []loadtest.Endpoint {
	var out []loadtest.Endpoint
	seen := map[loadtest.Endpoint]bool{}
	add := func(e loadtest.Endpoint) {
		if !seen[e] && e != (loadtest.Endpoint{}) {
			seen[e] = true
			out = append(out, e)
		}
	}
	if r.History != nil {
		for i := range r.History.Endpoints {
			add(r.History.Endpoints[i].Endpoint)
		}
	}
	if r.Totals != nil {
		for i := range r.Totals.Endpoints {
			add(r.Totals.Endpoints[i].Endpoint)
		}
	}
	if r.Histograms != nil {
		for i := range r.Histograms.Endpoints {
			add(r.Histograms.Endpoints[i].Endpoint)
		}
	}
	if r.Page != nil {
		for i := range r.Page.Endpoints {
			add(r.Page.Endpoints[i].Endpoint)
		}
	}
	return out
}

// nearest returns the name that a mistyped one most probably means, or "".
func nearest(want string, names []string) string {
	w := strings.ToLower(want)
	best, off := "", len([]rune(w))/2+1
	for _, n := range names {
		l := strings.ToLower(n)
		if len(w) >= 3 && (strings.Contains(l, w) || strings.Contains(w, l) && len(l) >= 3) {
			if best == "" || off > 0 {
				best, off = n, 0
			}
			continue
		}
		if d := distance(w, l); d < off {
			best, off = n, d
		}
	}
	return best
}

// distance is the edit distance of two texts (Levenshtein 1966), in runes.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diag := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diag
			if x[i] != y[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
