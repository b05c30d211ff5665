package chart

import (
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// A strip is low: it has room for two or three intervals.
const fewestInStrip, mostInStrip = 2, 3

// fit sets the range of a strip's axis from what is drawn on it.
func (s *Strip) fit() { s.fitBelow(1) }

// fitBelow leaves room for a text above what is drawn, as a factor.
func (s *Strip) fitBelow(room float64) {
	c := Chart{Series: s.Series}
	top := c.top(0) * room
	for _, l := range s.Limits {
		top = max(top, l.Value*1.02)
	}
	switch s.Axis.Format {
	case Percent:
		top = max(top, 0.01)
	case Millis:
		top = max(top, 0.001)
		if top >= 10 {
			s.Axis.Format = Secs
			s.Axis.Title = strings.Replace(s.Axis.Title, "(ms)", "(s)", 1)
		}
	case Bytes:
		top = max(top, 1<<10)
	default:
		top = max(top, 1)
	}
	axes := []Axis{s.Axis}
	spanOf(fewestInStrip, mostInStrip, axes, top)
	s.Axis = axes[0]
	if s.Axis.Format == Percent && top <= 1.021 && s.Axis.Max > 1 {
		s.Axis.Max, s.Axis.Step = 1, 0.5
	}
	s.Title = s.Axis.Title
}

// ask adds the targets that the condition holds for and that lie near what is
// drawn.
func (s *Strip) ask(a *analyze.Analysis, fits func(plan.Target) bool) {
	c := Chart{Series: s.Series}
	top := c.top(0)
	for _, r := range a.Targets {
		t := r.Target
		if !fits(t) || t.Endpoint != "" || t.Limit > reach*top {
			continue
		}
		l := Limit{Name: TargetText(t), Role: roleOf(t), Value: t.Limit}
		if !slices.Contains(s.Limits, l) {
			s.Limits = append(s.Limits, l)
		}
	}
}

// roleOf is the role of what a target is about.
func roleOf(t plan.Target) Role {
	switch t.Metric {
	case plan.Percentile:
		return percentileRole(t.P)
	case plan.Errors:
		return Errors
	case plan.RPS:
		return Throughput
	}
	return Mean
}

// formatOf is the format of an axis for figures of a unit, and how its title
// names the unit.
func formatOf(u measure.Unit) (Format, string) {
	switch u {
	case measure.Seconds:
		return Millis, " (ms)"
	case measure.Ratio:
		return Percent, ""
	case measure.Bytes:
		return Bytes, ""
	case measure.PerSecond:
		return Number, " (per second)"
	}
	return Number, ""
}

// markOf is a mark at a figure, with the figure's limits.
func markOf(name string, role Role, v measure.Value) (Mark, bool) {
	at, ok := v.Float()
	if !ok {
		return Mark{}, false
	}
	low, high, _ := v.Limits()
	if math.IsInf(high, 1) {
		high = at
	}
	return Mark{Name: name, Role: role, At: at, From: low, To: high}, true
}

// instant is a mark at one place.
func instant(name string, role Role, at float64) Mark {
	return Mark{Name: name, Role: role, At: at, From: at, To: at}
}
