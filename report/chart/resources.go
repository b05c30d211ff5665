package chart

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// strips is the most resources that are drawn.
const strips = 6

// resources draws latency and, below it on the same time axis, the resources
// that matter most: what was saturated first, then by how near to its limit
// each came.
func resources(a *analyze.Analysis) (Chart, bool) {
	c, ok := overTime(a)
	if !ok {
		return c, false
	}
	c.Name, c.Title = "resources", "Latency and resources over time"
	c.Under = []string{"Resource Utilization", "Resource Utilisation", "Resource Usage", "Resources"}
	c.Columns = []string{"Metric", "Normal", "Peak", "Max Capacity"}
	c.Table = Table{Header: []string{"Resource", "Normal", "Peak", "Capacity", "Peak ÷ capacity"}}
	var rows []analyze.Resource
	for _, r := range a.Resources {
		if !r.Peak.Measured() && !r.Normal.Measured() {
			continue
		}
		c.Table.Rows = append(c.Table.Rows, Row{Name: resourceName(r), Values: []measure.Value{r.Normal, r.Peak, r.Capacity, r.Saturation}})
		if r.Track != nil && len(r.Track.Time) >= 3 && !slices.ContainsFunc(rows, func(o analyze.Resource) bool { return o.Track == r.Track }) {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return Chart{}, false
	}
	slices.SortStableFunc(rows, func(x, y analyze.Resource) int {
		return cmp.Or(cmp.Compare(weight(y), weight(x)), cmp.Compare(or(y.Saturation, -1), or(x.Saturation, -1)), cmp.Compare(rise(y), rise(x)))
	})
	first := slow(a)
	if len(first.Series) > 0 {
		first.fit()
		if at := a.Capacity.BrokeAt; at > 0 && at <= c.X.Max && a.Capacity.BreakingMetric != "outages" {
			first.Marks = append(first.Marks, instant("target missed from here on", Worse, at))
		}
		c.Strips = append(c.Strips, first)
	}
	var more []string
	for _, r := range rows {
		if s, ok := resourceStrip(r, c.X.Max); ok && len(c.Strips) < strips+1 {
			c.Strips = append(c.Strips, s)
		} else if ok {
			more = append(more, resourceName(r))
		}
	}
	if len(c.Strips) < 2 {
		return Chart{}, false
	}
	if len(more) > 0 {
		c.Notes = append(c.Notes, "+"+strconv.Itoa(len(more))+" more, farther from any limit, in the table: "+strings.Join(more, ", ")+".")
	}
	c.Finding = resourcesFinding(a, rows)
	return c, true
}

// slow is the strip of the latency that users saw.
func slow(a *analyze.Analysis) Strip {
	t := &a.Timeline
	s := Strip{Axis: Axis{Title: "P95 latency (ms)", Format: Millis}}
	s.Series = add(nil, Series{Name: "P95 latency", Role: P95, Points: Downsample(line(t.Time, t.P95), Drawn/2)})
	if len(s.Series) == 0 {
		s.Axis.Title = "mean latency (ms)"
		s.Series = add(nil, Series{Name: "Mean latency", Role: Mean, Points: Downsample(line(t.Time, t.Mean), Drawn/2)})
	}
	return s
}

// resourceStrip draws a resource with its capacity and when it was reached.
func resourceStrip(r analyze.Resource, end float64) (Strip, bool) {
	format, unit := formatOf(r.Track.Unit)
	s := Strip{Axis: Axis{Title: resourceName(r) + unit, Format: format}}
	var times, values []float64
	for i, at := range r.Track.Time {
		if at >= 0 && at <= end {
			times, values = append(times, at), append(values, r.Track.Value[i])
		}
	}
	points := Downsample(line(times, values), Drawn/2)
	s.Series = add(nil, Series{Name: resourceName(r), Role: Other, Points: points, Fill: true})
	if len(s.Series) == 0 {
		return s, false
	}
	if limit := r.Track.Limit; !math.IsNaN(limit) && limit > 0 && limit <= reach*(&Chart{Series: s.Series}).top(0) {
		s.Limits = append(s.Limits, Limit{Name: "limit " + format.Text(limit), Role: Worse, Value: limit})
	}
	s.fit()
	if at := r.Onset; !math.IsNaN(at) && at >= 0 && at <= end && !r.BusyBefore {
		// In the title: what is at its limit leaves no room for a label.
		s.Title += ", at 90% from " + clock(at) + " on"
		s.Axis.Title = s.Title
		s.Marks = append(s.Marks, instant("", Worse, at))
	}
	return s, true
}

// resourceName names a row for people: "Database: connections".
func resourceName(r analyze.Resource) string {
	name := analyze.ComponentWords(r.Component)
	if name != "" {
		name = strings.ToUpper(name[:1]) + name[1:]
	}
	words := strings.Fields(r.Title)
	for i, w := range words {
		if len(w) > 1 && w[1] >= 'a' && w[1] <= 'z' {
			words[i] = strings.ToLower(w[:1]) + w[1:]
		}
	}
	return Visible(name + ": " + strings.Join(words, " "))
}

func weight(r analyze.Resource) int {
	w := 2 * int(r.Status)
	if r.BusyBefore {
		w = 1
	}
	if r.Status >= analyze.ResourceHigh && !math.IsNaN(r.Onset) && !r.BusyBefore {
		w++
	}
	return w
}

// rise is the factor by which load raised a resource.
func rise(r analyze.Resource) float64 {
	normal, peak := or(r.Normal, 0), or(r.Peak, 0)
	if normal <= 0 {
		return math.Min(peak, 1)
	}
	return peak / normal
}

func resourcesFinding(a *analyze.Analysis, rows []analyze.Resource) string {
	var said []string
	for _, r := range rows {
		if r.Status < analyze.ResourceHigh || len(said) == 3 {
			continue
		}
		text := resourceName(r) + " " + Figure(r.Peak)
		if r.Capacity.Measured() {
			text += " of " + Figure(r.Capacity)
		}
		switch {
		case r.BusyBefore:
			text += ", as before the load"
		case !math.IsNaN(r.Onset):
			text += ", at 90% from " + clock(r.Onset) + " on"
		}
		said = append(said, text)
	}
	if len(said) == 0 {
		said = append(said, "no resource with a known capacity came near it")
	}
	if at := a.Capacity.BrokeAt; at > 0 && a.Capacity.BreakingTarget != "" && a.Capacity.BreakingMetric != "outages" {
		said = append(said, Visible(a.Capacity.BreakingTarget)+" was missed from "+clock(at)+" on")
	}
	return sentence(said)
}
