package analyze

import (
	"strings"
	"testing"
)

func TestSharedHost(t *testing.T) {
	for _, x := range []struct {
		name                       string
		host, app, load, db, cores float64
		want                       bool
	}{
		{"both on a full host", .96, .9, .6, .3, 2, true},
		{"a host with room", .60, .5, .5, .1, 2, false},
		{"the generator elsewhere", .95, 1.6, .8, .25, 2, false},
		{"a generator that does little", .95, 1.6, .1, .1, 2, false},
		{"an application that does little", .95, .1, 1.7, .1, 2, false},
	} {
		a := Run(peakRun(
			track("resources", "host", "", "cpu_ratio", -20, 130, rising(.1, x.host)),
			track("resources", "host", "", "cpu_limit_cores", -20, 130, constant(x.cores)),
			track("resources", "app", "", "cpu_cores", -20, 130, rising(0, x.app)),
			track("resources", "load_generator", "", "cpu_cores", -20, 130, rising(0, x.load)),
			track("resources", "database", "", "cpu_cores", -20, 130, rising(0, x.db)),
		), nil, nil)
		got := ""
		for _, n := range a.Quality {
			if n.Code == "shared_host" {
				got = n.Message
			}
		}
		if (got != "") != x.want || x.want && !strings.Contains(got, "Locust and the application shared a host of 2 cores") {
			t.Errorf("%s: %q", x.name, got)
		}
	}
}
