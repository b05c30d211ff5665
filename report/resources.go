package report

import (
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

var (
	capacityNames = []string{"Max Capacity", "Capacity", "Maximum", "Limit"}
	resourceNames = append(slices.Clone(metricNames), "Resource", "Component", "Tier")
)

// resourceColumns recognises the tables of a component's resources, under
// whatever heading.
func resourceColumns(t *form.Table) bool {
	return has(t, "Normal", "Baseline", "Idle") && has(t, "Peak", "Max") && has(t, resourceNames...) && !has(t, "Difference")
}

func readResources(r *reader, s *form.Section) {
	for _, t := range tables(s, resourceColumns) {
		label, capacity := labelColumn(t, resourceNames...), column(t, capacityNames...)
		for _, row := range t.Rows {
			name, slot := cell(row, label), cell(row, capacity)
			if name == nil || slot == nil {
				continue
			}
			text := planned(slot)
			limit, unit, none, ok := plan.ParseCapacity(text)
			switch {
			case ok:
				r.plan.Capacities = append(r.plan.Capacities, plan.Capacity{
					Component: componentOf(s, t, row), Metric: name.Text, Limit: limit, Unit: unit, None: none, Pos: r.at(slot),
				})
			case stated(text) && startsWithDigit(text):
				r.bad(slot, "a capacity is a number with its unit, or N/A; write for example 100, 100% or 4096 MB")
			}
		}
	}
}

func startsWithDigit(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && text[0] >= '0' && text[0] <= '9'
}

// A component is a part of the system that has a table of its own.
type component struct{ note, what string }

// components lists what the tables' headings name, for the footnotes of rows
// that no figure is known of.
var components = []named[component]{
	{[]string{"Database", "DB", "Postgres", "PostgreSQL", "MySQL", "SQL"}, component{"pg", "the database"}},
	{[]string{"Cache", "Redis", "Memcached", "Valkey"}, component{"redis", "the cache"}},
	{[]string{"Load Generator", "Locust", "Generator"}, component{"generator", "the load generator"}},
	{[]string{"Application", "App", "Server", "Backend", "API", "Service", "Worker"}, component{"app", "the application"}},
	{[]string{"Host", "Machine", "Node", "System"}, component{"host", "the host"}},
}

// componentOf is what a row's figures are of: the section's heading, unless the
// table has a column for it, or the heading is of no component and the row's
// own name is: "DB connections".
func componentOf(s *form.Section, t *form.Table, row *form.Row) string {
	for i, h := range t.Header {
		if c := cell(row, i); c != nil && anySame(h, []string{"Component", "Tier", "Service", "System"}) && stated(c.Text) {
			return c.Text
		}
	}
	if _, known := pick(s.Title, components); !known {
		if name := cell(row, labelColumn(t, resourceNames...)); name != nil {
			if _, known := pick(name.Text, components); known {
				return name.Text
			}
		}
	}
	return s.Title
}

// fillResources fills the tables of what the system's parts used.
func fillResources(f *filler, s *form.Section) {
	for _, t := range tables(s, resourceColumns) {
		row := resourceTable{filler: f,
			normal: column(t, "Normal", "Baseline", "Idle"), peak: column(t, "Peak", "Max"), capacity: column(t, capacityNames...),
			saturation: column(t, "Saturation", "% of Capacity", "Utilization"), status: column(t, "Status", "State", "Verdict", "Health")}
		label := labelColumn(t, resourceNames...)
		for _, cells := range t.Rows {
			name := cell(cells, label)
			if name == nil || strings.TrimSpace(name.Text) == "" {
				continue
			}
			title := componentOf(s, t, cells)
			what, known := pick(title, components)
			if !known {
				what = component{"resources", "this component"}
			}
			row.note, row.what = what.note, what.what
			r := f.a.Resource(title, name.Text)
			if r == nil && anySame(header(t, label), []string{"Component", "Tier"}) {
				continue // it names a part of the system, and no figure of it
			}
			if r == nil {
				r = &analyze.Resource{}
				row.lacking = "Not measured: needs a figure of this name of " + what.what + ", which no file of this run holds."
			} else {
				row.lacking = ""
			}
			for i, c := range cells.Cells {
				if i != label && open(c) {
					row.fill(c, i, header(t, i), r)
				}
			}
		}
	}
}

// A resourceTable fills the rows of one table.
type resourceTable struct {
	*filler
	note, what, lacking                        string
	normal, peak, capacity, saturation, status int
	from                                       string // where the last row's normal figure is from
}

// fill fills the cell of a row in column i.
func (t *resourceTable) fill(c *form.Slot, i int, header string, r *analyze.Resource) {
	if !open(c) {
		return
	}
	style := styleOf(c, header)
	if r.Peak.Unit() == measure.PerSecond {
		style.Bare = true // the row's label says what is counted
	}
	switch i {
	case t.status:
		status := resourceText(r.Status)
		if r.Status == analyze.ResourceUnknown && r.Peak.Why() == measure.NotApplicable {
			status = "➖ Not applicable" // a hit rate of no look-ups
		}
		put(c, status+t.why(r))
	case t.normal:
		text := t.text(r.Normal, style, t.note, t.lacking)
		if from := r.NormalFrom; from != "" && from != t.from {
			t.from = from
			text += t.notes.add(normalNote(from))
		}
		put(c, text)
	case t.capacity:
		t.capacityCell(c, style, r)
	case t.saturation:
		t.figure(c, r.Saturation, header, t.note, t.lacking)
	case t.peak:
		text := t.text(r.Peak, style, t.note, t.lacking)
		if r.Metric == "cpu" && r.Peak.Measured() && r.Track != nil && strings.HasPrefix(r.Track.LimitWhy, "all of ") {
			text += t.notes.add(t.note+"-cores", "CPU Usage of "+t.what+": 100% is "+r.Track.LimitWhy+".")
		}
		if r.Peak.Measured() && r.OfHost {
			text += t.notes.add("host-figures", "Of the whole host, for want of figures of the application's own: whatever else runs there is in it.")
		}
		put(c, text)
	default:
		t.absent(c, t.note, "Not measured: this column is not known.")
	}
}

// normalNote says where normal figures are from.
func normalNote(from string) (id, text string) {
	words := strings.Fields(from)
	return "normal-" + words[len(words)-1], "Normal: the median over " + from + "; so are the rows below it that say nothing else."
}

// capacityCell writes a capacity that the document left open.
func (t resourceTable) capacityCell(c *form.Slot, style measure.Style, r *analyze.Resource) {
	switch v := r.Capacity; {
	case !v.Measured() && v.Why() == measure.NotApplicable && v.Need() != "":
		put(c, "N/A"+t.notes.add(t.note+"-limit", r.Title+" of "+t.what+": "+clause(v.Need())+"."))
	case !v.Measured() && v.Why() == measure.NotApplicable:
		put(c, "N/A")
	case v.Measured() && r.Track != nil && r.Track.LimitWhy != "":
		put(c, t.text(v, style, t.note, t.lacking)+t.notes.add(t.note+"-"+r.Metric+"-capacity", sentence(r.Title+" of "+t.what+": the capacity is "+r.Track.LimitWhy)))
	default:
		put(c, t.text(v, style, t.note, t.lacking))
	}
}

// why is the footnote of a status that the row's own figures do not explain.
func (t resourceTable) why(r *analyze.Resource) string {
	if r.Why == "" || r.Status == analyze.ResourceOK && r.Saturation.Measured() || r.Track == nil {
		return ""
	}
	return t.notes.add(t.note+"-"+r.Metric, sentence(r.Title+": "+r.Why))
}
