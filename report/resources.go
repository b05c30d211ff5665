package report

import (
	"strings"

	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

var capacityNames = []string{"Max Capacity", "Capacity", "Maximum"}

// resourceColumns recognises the tables of a component's resources, under
// whatever heading.
func resourceColumns(t *form.Table) bool {
	return has(t, "Normal", "Baseline", "Idle") && has(t, "Peak", "Max") && has(t, metricNames...) && !has(t, "Difference")
}

func readResources(r *reader, s *form.Section) {
	for _, t := range tables(s, resourceColumns) {
		label, capacity := labelColumn(t, metricNames...), column(t, capacityNames...)
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
					Component: s.Title, Metric: name.Text, Limit: limit, Unit: unit, None: none, Pos: r.at(slot),
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

// components lists what the tables' headings name, with the evidence that
// their figures are made of.
var components = []named[component]{
	{[]string{"Database", "Postgres", "PostgreSQL", "MySQL", "SQL"},
		component{"pg", "the database (connections, CPU, query latency, lock waits)"}},
	{[]string{"Cache", "Redis", "Memcached"},
		component{"redis", "the cache (memory, hit rate, commands per second, evictions)"}},
	{[]string{"Load Generator", "Locust", "Generator"},
		component{"generator", "the load generator's host (CPU, memory)"}},
	{[]string{"Application", "App", "Server", "Backend", "API", "Service", "Worker"},
		component{"app", "the application server (CPU, memory, worker threads, request queue)"}},
}

// fillResources says what the figures of a component need. Locust records
// nothing of the system under test but its answers.
func fillResources(f *filler, s *form.Section) {
	for _, t := range tables(s, resourceColumns) {
		what, known := pick(s.Title, components)
		if !known {
			what = component{"resources", "this component"}
		}
		why := "Not measured: needs resource snapshots of " + what.what + ", taken during the run; this version reads none."
		label, status := labelColumn(t, metricNames...), column(t, "Status")
		for _, row := range t.Rows {
			for i, c := range row.Cells {
				switch i {
				case label:
				case status:
					if open(c) {
						put(c, textNotMeasured)
					}
				default:
					f.absent(c, what.note, why)
				}
			}
		}
	}
}
