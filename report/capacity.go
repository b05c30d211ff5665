package report

import (
	"slices"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/form"
)

// capacityColumns recognises the table of the system's capacity by its rows;
// its columns are too common.
func capacityColumns(t *form.Table) bool {
	if capacityValueColumn(t) < 0 || has(t, targetNames...) || resourceColumns(t) || phaseColumns(t) || bandColumns(t) || expectationColumns(t) || comparisonColumns(t) {
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

func capacityValueColumn(t *form.Table) int {
	return columnBut(t, []int{labelColumn(t, metricNames...)}, append(slices.Clone(actualNames), "Finding", "Estimate", "Figure")...)
}

// capacityLines are the figures of the system's capacity under the names that
// documents give them, the more particular first.
var capacityLines = []named[string]{
	{[]string{"Breaking Point", "Break Point", "Breakpoint", "Failure Point", "Point of Failure", "Breaks At"}, "breaking-point"},
	{[]string{"Recovery Time", "Recovery", "Time to Recover", "MTTR", "Back to Normal"}, "recovery"},
	{[]string{"Knee", "Saturation Point", "Inflection Point"}, "knee"},
	{[]string{"Max User", "Maximum User", "Max CCU", "Maximum CCU", "Max VU", "Supported User", "Sustainable User", "User Capacity", "Max Concurrency", "Maximum Concurrency"}, "max-users"},
	{[]string{"Max Request", "Maximum Request", "Max RPS", "Maximum RPS", "Max TPS", "Max Throughput", "Maximum Throughput", "Sustainable Throughput",
		"Peak Throughput", "Peak RPS", "Throughput Ceiling", "Capacity"}, "max-throughput"},
}

func isCapacity(label string) bool {
	_, ok := pick(label, capacityLines)
	return ok
}

// fillCapacity fills the table of the system's capacity. A row's label tells
// what it asks for; the footnote says how the figure was found.
func fillCapacity(f *filler, s *form.Section) {
	for _, t := range tables(s, capacityColumns) {
		label, value := labelColumn(t, metricNames...), capacityValueColumn(t)
		for _, row := range t.Rows {
			slot, target := cell(row, label), cell(row, value)
			if slot == nil || !isCapacity(slot.Text) || !open(target) {
				continue
			}
			f.capacityLine(labelled{label: slot.Text, slot: target})
		}
	}
}

// capacityRow is what a row of the table asks for.
func (f *filler) capacityRow(label string) (id, text, note string) {
	c := f.a.Capacity
	switch id, _ = pick(label, capacityLines); id {
	case "breaking-point":
		return id, c.BreakingText, c.BreakingNote
	case "recovery":
		return id, c.RecoveryText, c.RecoveryNote
	case "knee":
		if c.Knee.Measured() {
			return id, measure.Format(c.Knee, measure.Style{}), "Capacity × (think time + latency without load): from here on more users wait instead of getting more done."
		}
		return id, "not identifiable from this run", c.MaxRPSNote
	case "max-users":
		return id, c.MaxUsersText, c.MaxUsersNote
	}
	return "max-throughput", c.MaxRPSText, c.MaxRPSNote
}

// capacityValue is the figure behind a row of the table.
func (f *filler) capacityValue(label string) measure.Value {
	c := &f.a.Capacity
	switch id, _ := pick(label, capacityLines); id {
	case "breaking-point":
		return c.Breaking
	case "recovery":
		return c.Recovery
	case "knee":
		return c.Knee
	case "max-users":
		return c.MaxUsers
	}
	return c.MaxRPS
}
