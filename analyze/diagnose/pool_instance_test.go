package diagnose

import (
	"strings"
	"testing"
)

// One of two pools is full and requests wait for it, while the other has room:
// added up neither shows.
func TestOneOfSeveralPools(t *testing.T) {
	lab := func(room, waiting float64) *lab {
		l := newLab(1.2)
		for _, m := range []string{"pool_limit", "pool_in_use", "pool_waiting"} {
			l.drop(app, m)
		}
		pool := func(instance string, limit, light, full, waiting float64) {
			for _, f := range []struct {
				metric      string
				light, full float64
			}{{"pool_limit", limit, limit}, {"pool_in_use", light, full}, {"pool_waiting", 0, waiting}} {
				l.steady("new", f.metric, f.light, f.full)
				tr := &l.run.Tracks[len(l.run.Tracks)-1]
				tr.Component, tr.Instance = app, instance
			}
		}
		pool("shop/web", 4, 1, 4, waiting)
		pool("shop/batch", 40, 1, room, 0)
		return l
	}
	a := lab(2, 60).analyse(t)
	want(t, a, "connection_pool")
	if b := a.Diagnosis.Findings; len(b) > 0 {
		if !strings.Contains(b[0].Component, "(shop/web)") || !strings.Contains(b[0].Symptom, "of 4 connections in use") || !strings.Contains(b[0].Recommendation, "of 44 connections of all pools") {
			t.Errorf("%+v", b[0])
		}
	}
	if b := lab(2, 0).analyse(t).Diagnosis.Findings; len(b) > 0 && b[0].Kind == "connection_pool" {
		t.Errorf("a full pool that nothing waits for: %+v", b[0])
	}
}
