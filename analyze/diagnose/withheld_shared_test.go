package diagnose

import (
	"slices"
	"strings"
	"testing"

	"github.com/peakload/peakload/analyze"
)

// With evidence withheld, rules conclude nothing but what is left can tell:
// every kind is found, ruled out or said not to have been looked at, once, and
// found or ruled out only by sources that can speak of it.
func TestWithheldEvidence(t *testing.T) {
	locust := []string{"crash", "slow_endpoint"}
	for _, x := range []struct {
		files string // beside Locust's
		speak []string
	}{
		{"", nil},
		{"app.log", []string{"connection_pool", "memory"}},
		{"pg_states.txt pg_utilization.txt pg_locks.txt pg_stat_database.txt", []string{"lock_contention"}},
		{"redis_info.txt", []string{"cache"}},
		{"cpu.csv procs.csv", []string{"load_generator", "memory", "db_cpu", "app_cpu", "host_cpu", "disk"}},
		{"metrics_json.txt", []string{"memory", "cache", "app_cpu", "connection_pool", "worker_queue"}},
	} {
		for _, r := range []string{"02_peak_pool_exhaustion", "03_peak_app_cpu", "08_crash_and_recovery", "13_healthy_peak"} {
			a := sharedRun(t, r, func(file string) bool {
				return strings.HasPrefix(file, "peak_load_results_") || slices.Contains(strings.Fields(x.files), file)
			})
			name := r + " with " + x.files
			d := a.Diagnosis
			said := map[string]int{}
			concluded := func(kind string) {
				said[kind]++
				if !slices.Contains(locust, kind) && !slices.Contains(x.speak, kind) {
					t.Errorf("%s: %s is concluded from what cannot tell", name, kind)
				}
			}
			for _, f := range append(append([]analyze.Finding(nil), d.Findings...), d.Suspicions...) {
				concluded(f.Kind)
			}
			for _, c := range d.Clear {
				concluded(c.Kind)
			}
			for _, g := range d.NotLookedAt {
				said[g.Kind]++
			}
			for _, rule := range rules {
				if said[rule.kind] != 1 {
					t.Errorf("%s: %s is spoken of %d times", name, rule.kind, said[rule.kind])
				}
			}
			if a.RateLimit.NoExhaustion == analyze.Yes && !strings.Contains(x.files, "procs.csv") && !strings.Contains(x.files, "metrics_json.txt") {
				t.Errorf("%s: nothing was exhausted, although the application was not seen", name)
			}
		}
	}
}
