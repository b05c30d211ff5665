package json

import "github.com/peakload/peakload/analyze"

// resourcesOf are the rows of the resource tables, those of every document
// first.
func resourcesOf(a *analyze.Analysis) []resource {
	out := []resource{}
	for _, r := range a.Resources {
		unit := r.Peak.Unit()
		out = append(out, resource{
			Component: r.Component, Metric: r.Metric, Title: r.Title, Normal: figure{r.Normal, unit}, NormalFrom: stated(r.NormalFrom),
			Peak: figure{r.Peak, unit}, Capacity: figure{r.Capacity, unit}, Saturation: ratio(r.Saturation),
			Status: r.Status.String(), Why: r.Why, Onset: finite(r.Onset), OfHost: r.OfHost,
		})
	}
	return out
}
