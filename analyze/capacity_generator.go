package analyze

import (
	"fmt"
	"math"
)

// A load generator that uses this much of what its processes can has no time
// left to ask when its users want to: Locust warns from there on
// (locust/runners.py, CPU_WARNING_THRESHOLD).
const generatorBusy = .9

// generator says whether the load generator fell behind: by its own warning,
// by the processor time of its processes at the highest load, or by the users'
// pauses.
func (a capacityAnswer) generator() {
	g, o := a.res.Generator, a.out
	if log := a.c.run.Log; log != nil && log.CPUWarning {
		o.Generator, o.GeneratorWhy = Yes, "Locust's log warns that its CPU usage was above 90 %"
		return
	}
	busy, cpu := a.generatorUse()
	if busy >= generatorBusy {
		o.Generator, o.GeneratorWhy = Yes, cpu+": what it has no time for waits"
		return
	}
	if !g.Known {
		o.GeneratorWhy = "needs levels below and at the highest load to compare the users' pauses"
		if cpu != "" {
			o.Generator, o.GeneratorWhy = No, cpu
		}
		return
	}
	pauses := fmt.Sprintf("the users' mean pause by Little's law was %.2f s at low load and %.2f s at the highest", g.Low, g.High)
	if g.Late {
		o.Generator, o.GeneratorWhy = Yes, pauses+": they came later to ask than they meant to"
		return
	}
	if cpu != "" {
		pauses += "; " + cpu
	}
	o.Generator, o.GeneratorWhy = No, pauses
}

// generatorUse is the share of what its processes can use that Locust used at
// the highest load held, and that in words; NaN and none where nobody looked.
func (a capacityAnswer) generatorUse() (float64, string) {
	tr := a.c.tracks.of("load_generator", "cpu_cores")
	ps := a.res.Points
	if tr == nil || len(ps) == 0 {
		return math.NaN(), ""
	}
	top := ps[0]
	for _, p := range ps {
		if p.Users >= top.Users {
			top = p
		}
	}
	sum, n := 0.0, 0.0
	for i, at := range tr.Time {
		if at >= top.Start && at <= top.End {
			sum, n = sum+tr.Value[i], n+1
		}
	}
	if n < 3 {
		return math.NaN(), ""
	}
	cores := a.c.generatorCores()
	use := sum / n / cores
	if cores > 1 {
		return use, fmt.Sprintf("Locust's %.0f processes used %s of a core each at %.0f users", cores, percent(use), top.Users)
	}
	return use, fmt.Sprintf("Locust used %s of a core at %.0f users", percent(use), top.Users)
}
