package report

import (
	"slices"
	"strings"
	"unicode"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

// A place is where a figure of the run is asked for: what it is of, the target
// that it is held against, and the slots that are filled.
type place struct {
	name     string // what the document calls it
	label    string // what ParseTargetCell knows it by
	metric   plan.Metric
	p        float64
	count    string // a count of requests, by its label, in place of a metric
	endpoint string // "" is all of them
	phase    string // where a heading or the kind of table says it
	at       *form.Slot
	limit    *form.Slot // nil: no target is stated here
	actual   *form.Slot
	status   *form.Slot
	head     string // of the actual figure's column
}

// places returns the places of a section's tables and lists.
func places(s *form.Section) []place {
	var out []place
	phase := phaseOf(s)
	for _, t := range s.Tables {
		for _, p := range placesOf(t) {
			if p.phase == "" {
				p.phase = phase
			}
			out = append(out, p)
		}
	}
	for _, p := range listPlaces(s) {
		p.phase = phase
		out = append(out, p)
	}
	return out
}

// headingPhases are the phases that a heading may restrict its section to; a
// section that says none of them speaks of the peak.
var headingPhases = []struct{ words, phase string }{
	{"Ramp Up", "Ramp-up"}, {"Warm Up", "Warm-up"}, {"Ramp Down", "Ramp-down"}, {"Cool Down", "Cool-down"},
	{"Whole Run", plan.WholeRun}, {"Entire Run", plan.WholeRun}, {"Full Run", plan.WholeRun},
}

// phaseOf returns the one phase that a section's heading names, or the heading
// above it; "" where it names none or several.
func phaseOf(s *form.Section) string {
	titles := []string{s.Title}
	for i := len(s.Path) - 2; i > 0; i-- { // the document's own title is of all phases
		titles = append(titles, s.Path[i])
	}
	for _, t := range titles {
		found := ""
		for _, h := range headingPhases {
			if says(t, h.words) {
				if found != "" {
					return ""
				}
				found = h.phase
			}
		}
		if found != "" && says(t, "Peak") {
			return ""
		}
		if found != "" {
			return found
		}
	}
	return ""
}

var endpointNames = []string{"Endpoint", "API Endpoint", "Route", "URL", "Path", "Transaction", "Request Name", "Operation"}

// otherTables are columns of the tables that other sections know.
var otherTables = []string{"Expectation", "Phase", "Load Level", "User Type", "Normal", "Difference", "Max Capacity"}

// placesOf returns the places of a table of metrics: one a row, one a column,
// or one endpoint a row.
func placesOf(t *form.Table) []place {
	if has(t, otherTables...) || phaseColumns(t) || bandColumns(t) || rateLimitColumns(t) || resourceColumns(t) || comparisonColumns(t) {
		return nil
	}
	metric, endpoint := column(t, metricNames...), endpointColumn(t)
	switch {
	case endpoint >= 0 && metric < 0:
		return columnPlaces(t, endpoint)
	case performanceColumns(t):
		return rowPlaces(t, metricColumn(t), endpoint)
	case metric < 0:
		return transposedPlaces(t)
	}
	return nil
}

// performanceColumns recognises the table of targets: a metric and what was
// measured of it, but not the tables that compare or list otherwise.
func performanceColumns(t *form.Table) bool {
	if has(t, otherTables...) {
		return false
	}
	return has(t, targetNames...) && has(t, actualNames...) ||
		has(t, metricNames...) && has(t, "Actual", "Measured", "Observed")
}

// metricColumn returns the column that names metrics: the one with that header,
// unless others name them, as where each row begins with a number of its own.
func metricColumn(t *form.Table) int {
	names := func(i int) bool {
		return slices.ContainsFunc(t.Rows, func(row *form.Row) bool {
			c := cell(row, i)
			if c == nil {
				return false
			}
			_, _, ok := plan.LabelMetric(c.Text)
			return ok
		})
	}
	own := column(t, metricNames...)
	if own >= 0 && names(own) {
		return own
	}
	for i := range t.Header {
		if names(i) {
			return i
		}
	}
	return max(0, own)
}

// endpointColumn returns the column that names endpoints, -1 without one.
func endpointColumn(t *form.Table) int {
	for i, h := range t.Header {
		if slices.ContainsFunc(endpointNames, func(n string) bool { return same(h, n) }) {
			return i
		}
	}
	if i := slices.IndexFunc(t.Header, func(h string) bool { return same(h, "Name") }); i >= 0 && methodColumn(t) >= 0 {
		return i
	}
	return -1
}

func methodColumn(t *form.Table) int {
	return slices.IndexFunc(t.Header, func(h string) bool { return same(h, "Method") || same(h, "Type") })
}

// endpointOf returns the endpoint that a row names as Locust does, "" for all
// of them; ok is false where it names none.
func endpointOf(t *form.Table, row *form.Row, i int) (name string, ok bool) {
	c := cell(row, i)
	if c == nil || !stated(c.Text) {
		return "", false
	}
	if isTotal(c.Text) || same(c.Text, "Aggregated") || same(c.Text, "All Endpoints") {
		return "", true
	}
	name = c.Text
	if m := cell(row, methodColumn(t)); m != nil && m != c && stated(m.Text) {
		name = m.Text + " " + name
	}
	return name, true
}

// rowPlaces are those of a table with one metric a row.
func rowPlaces(t *form.Table, label, endpoint int) []place {
	var out []place
	target := column(t, targetNames...)
	actual := columnBut(t, []int{label, endpoint, target}, actualNames...)
	status := columnBut(t, []int{label, endpoint, target, actual}, statusNames...)
	for _, row := range t.Rows {
		name := cell(row, label)
		if name == nil {
			continue
		}
		p := place{name: name.Text, label: name.Text, at: name, limit: cell(row, target), actual: cell(row, actual), status: cell(row, status), head: header(t, actual)}
		if endpoint >= 0 {
			var ok bool
			if p.endpoint, ok = endpointOf(t, row, endpoint); !ok {
				continue
			}
		}
		var known bool
		if p.metric, p.p, known = plan.LabelMetric(name.Text); !known {
			if _, counted := countFigure(analyze.Window{}, name.Text); !counted {
				continue
			}
			p.count = name.Text
		}
		if unit := statedUnit(t, row, target); unit != "" && p.count == "" {
			p.label += " (" + unit + ")"
		}
		out = append(out, p)
	}
	return out
}

// statedUnit is the unit of a row's target that stands in the target's header
// or in a column of its own.
func statedUnit(t *form.Table, row *form.Row, target int) string {
	h := header(t, target)
	if i := strings.LastIndexByte(h, '('); i >= 0 && strings.HasSuffix(h, ")") {
		if unit, _ := unitOfHeader(h); unit != "" {
			return h[i+1 : len(h)-1]
		}
	}
	if c := cell(row, slices.IndexFunc(t.Header, func(h string) bool { return same(h, "Unit") })); c != nil && stated(c.Text) {
		return c.Text
	}
	return ""
}

// columnBut is column for those that are not taken.
func columnBut(t *form.Table, taken []int, names ...string) int {
	for _, match := range []func(a, b string) bool{same, func(h, n string) bool { return says(h, n) }} {
		for _, n := range names {
			for i, h := range t.Header {
				if !slices.Contains(taken, i) && match(h, n) {
					return i
				}
			}
		}
	}
	return -1
}

// A headed is what a column's header asks for.
type headed struct {
	metric plan.Metric
	p      float64
	known  bool // metric and p
	target bool // it holds targets
	actual bool // it says that it holds what was measured
}

// headOf splits a header such as "p95 target", "Actual (p95)" or "Error rate".
func headOf(header string) headed {
	var h headed
	var rest []string
	for _, w := range strings.FieldsFunc(strings.ToLower(header), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '/' && r != '%'
	}) {
		switch {
		case slices.ContainsFunc(targetNames, func(n string) bool { return same(w, n) }):
			h.target = true
		case slices.ContainsFunc(actualNames, func(n string) bool { return same(w, n) }):
			h.actual = true
		default:
			rest = append(rest, w)
		}
	}
	if len(rest) > 0 {
		h.metric, h.p, h.known = plan.LabelMetric(strings.Join(rest, " "))
	}
	return h
}

// columnPlaces are those of a table with one endpoint a row: its metrics stand
// in the headers.
func columnPlaces(t *form.Table, endpoint int) []place {
	heads := make([]headed, len(t.Header))
	var only *headed // the table's one metric
	metrics, targets := 0, false
	for i, h := range t.Header {
		heads[i] = headOf(h)
		targets = targets || heads[i].target
		if heads[i].known && i != endpoint && (only == nil || only.metric != heads[i].metric || only.p != heads[i].p) {
			only, metrics = &heads[i], metrics+1
		}
	}
	status := columnBut(t, []int{endpoint}, statusNames...)
	var out []place
	for _, row := range t.Rows {
		name, ok := endpointOf(t, row, endpoint)
		if !ok {
			continue
		}
		for i, h := range heads {
			c := cell(row, i)
			if i == endpoint || i == status || h.target || c == nil {
				continue
			}
			p := place{name: strings.TrimSpace(cell(row, endpoint).Text + " " + t.Header[i]), endpoint: name, at: c, actual: c, head: t.Header[i]}
			switch {
			case counted(t.Header[i]) && unitAfter(c.Original) != "%":
				p.count = t.Header[i]
			case h.known:
				p.metric, p.p = h.metric, h.p
			case h.actual && metrics == 1:
				p.metric, p.p = only.metric, only.p
			default:
				continue
			}
			if !targets {
				p.phase = plan.WholeRun // a list of all requests, as Locust's own table
			}
			p.label = limitLabel(p.metric, p.p)
			for j, l := range heads {
				if p.count == "" && l.target && (l.known && l.metric == p.metric && l.p == p.p || !l.known && metrics == 1) {
					p.limit = cell(row, j)
					if unit, _ := unitOfHeader(t.Header[j]); unit != "" {
						p.label += " (" + unit + ")"
					}
				}
			}
			if metrics == 1 && p.count == "" {
				p.status = cell(row, status)
			}
			out = append(out, p)
		}
	}
	return out
}

// transposedPlaces are those of a table with one metric a column, and rows of
// targets, figures and statuses.
func transposedPlaces(t *form.Table) []place {
	var target, actual, status *form.Row
	metrics, all, counts := 0, len(t.Header) > 1, false
	for i, h := range t.Header {
		_, _, ok := plan.LabelMetric(h)
		if ok && i > 0 {
			metrics++
		}
		all, counts = all && (ok || counted(h)), counts || counted(h)
	}
	if all { // nothing but figures: the whole run's where requests are counted
		var out []place
		for _, row := range t.Rows {
			for i, c := range row.Cells {
				p := place{name: header(t, i), at: c, actual: c, head: header(t, i)}
				if counts {
					p.phase = plan.WholeRun
				}
				if counted(p.head) && unitAfter(c.Original) != "%" {
					p.count = p.head
				} else {
					p.metric, p.p, _ = plan.LabelMetric(p.head)
				}
				out = append(out, p)
			}
		}
		return out
	}
	for _, row := range t.Rows {
		name := cell(row, 0)
		switch {
		case name == nil:
		case anySame(name.Text, targetNames):
			target = row
		case actual == nil && anySame(name.Text, actualNames):
			actual = row
		case anySame(name.Text, statusNames):
			status = row
		}
	}
	if metrics < 2 || actual == nil {
		return nil
	}
	at := func(r *form.Row, i int) *form.Slot {
		if r == nil {
			return nil
		}
		return cell(r, i)
	}
	var out []place
	for i, h := range t.Header {
		m, q, ok := plan.LabelMetric(h)
		if c := cell(actual, i); i > 0 && ok && c != nil {
			out = append(out, place{name: h, label: h, metric: m, p: q, at: c, limit: at(target, i), actual: c, status: at(status, i), head: h})
		}
	}
	return out
}

func anySame(text string, names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return same(text, n) })
}

// stating returns the part of a place's limit that ParseTargetCell reads.
func (p place) stating() string {
	text := planned(p.limit)
	if i := strings.IndexAny(text, "<>≤≥"); i > 0 && strings.TrimSpace(strings.TrimRight(text[:i], " :")) == p.label {
		return text[i:]
	}
	return text
}

// counted reports whether a label asks for a count of requests.
func counted(label string) bool {
	_, ok := countFigure(analyze.Window{}, label)
	return ok
}
