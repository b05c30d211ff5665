package report

import (
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/form"
)

// capacityColumns recognises the table of the system's capacity by its rows;
// its columns are too common.
func capacityColumns(t *form.Table) bool {
	if !has(t, "Value", "Result", "Measured") || has(t, targetNames...) {
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
	return says(label, "Max Concurrent User", "Max User", "Maximum User", "Max Request", "Maximum Request", "Max RPS", "Max Throughput", "Maximum Throughput", "Peak Throughput", "Peak RPS",
		"Breaking Point", "Recovery Time", "Knee", "Capacity")
}

// fillCapacity fills the table of the system's capacity. A row's label tells
// what it asks for; the footnote says how the figure was found.
func fillCapacity(f *filler, s *form.Section) {
	for _, t := range tables(s, capacityColumns) {
		label, value := labelColumn(t, metricNames...), column(t, "Value", "Result", "Measured")
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
	switch {
	case says(label, "Breaking Point"):
		return "breaking-point", c.BreakingText, c.BreakingNote
	case says(label, "Recovery Time"):
		return "recovery", c.RecoveryText, c.RecoveryNote
	case says(label, "Knee"):
		if c.Knee.Measured() {
			return "knee", measure.Format(c.Knee, measure.Style{}), "Capacity × (think time + latency without load): from here on more users wait instead of getting more done."
		}
		return "knee", "not identifiable from this run", c.MaxRPSNote
	case says(label, "Max Concurrent User", "Max User", "Maximum User"):
		return "max-users", c.MaxUsersText, c.MaxUsersNote
	}
	return "max-throughput", c.MaxRPSText, c.MaxRPSNote
}

// capacityValue is the figure behind a row of the table.
func (f *filler) capacityValue(label string) measure.Value {
	c := &f.a.Capacity
	switch {
	case says(label, "Breaking Point"):
		return c.Breaking
	case says(label, "Recovery Time"):
		return c.Recovery
	case says(label, "Knee"):
		return c.Knee
	case says(label, "Max Concurrent User", "Max User", "Maximum User"):
		return c.MaxUsers
	}
	return c.MaxRPS
}
