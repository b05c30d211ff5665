package report

import (
	"github.com/peakload/peakload/report/form"
)

// lackCapacity names the run that would tell a system's capacity.
const lackCapacity = "Not measured: needs the capacity analysis, which this version does not do. The run that tells it climbs in steps of a minute or more, " +
	"at least one of them beyond the first broken target, and keeps a little load on after the ramp-down."

// lackDiagnosis names what a cause is established from.
const lackDiagnosis = "Not measured: naming a cause needs resource snapshots of the application, its database, its cache and the load generator, taken during the run; " +
	"this version reads none. Locust's files show what became slow and what failed, not why."

// capacityColumns recognises the table of the system's capacity by its rows;
// its columns are too common.
func capacityColumns(t *form.Table) bool {
	if !has(t, metricNames...) || !has(t, "Value", "Result", "Measured") || has(t, targetNames...) {
		return false
	}
	label := labelColumn(t, metricNames...)
	for _, row := range t.Rows {
		if slot := cell(row, label); slot != nil && isCapacity(slot.Text) {
			return true
		}
	}
	return false
}

func isCapacity(label string) bool {
	return says(label, "Max Concurrent User", "Max User", "Maximum User", "Max Request", "Maximum Request", "Max RPS", "Max Throughput",
		"Breaking Point", "Recovery Time", "Knee", "Capacity")
}

// fillCapacity says what the figures of the system's capacity need.
func fillCapacity(f *filler, s *form.Section) {
	for _, t := range tables(s, capacityColumns) {
		label, value := labelColumn(t, metricNames...), column(t, "Value", "Result", "Measured")
		for _, row := range t.Rows {
			if slot := cell(row, label); slot != nil && isCapacity(slot.Text) {
				f.absent(cell(row, value), "capacity", lackCapacity)
			}
		}
	}
}

// fillBottlenecks says what naming a bottleneck needs, item by item.
func fillBottlenecks(f *filler, s *form.Section) {
	for _, it := range items(s) {
		if it.Value != nil {
			f.absent(it.Value, "diagnosis", lackDiagnosis)
		}
	}
	for _, field := range s.Fields {
		f.absent(field, "diagnosis", lackDiagnosis)
	}
}
