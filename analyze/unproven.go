package analyze

import (
	"math"
	"regexp"

	"github.com/peakload/peakload/analyze/measure"
)

const (
	needRoomyGenerator = "the same run with a load generator that is not at its limit"
	ownLimit           = "The load generator was at its own limit: the latencies that it saw, and the pace of its users, are partly its own."
)

// GeneratorLimited reports whether it was the load generator that limited the
// run, so that what the run says of the system's limits is unproven.
func (d *Diagnosis) GeneratorLimited() bool {
	return len(d.Findings) > 0 && d.Findings[0].Kind == "load_generator" && !d.Findings[0].Suspected
}

// Unproven takes back what the run says of the system's limits, where those of
// the load generator were reached first (methods.md 3.2). What the system did,
// it can do: the highest throughput stays, as the least that it carries.
func (a *Analysis) Unproven() {
	if a.Capacity.Outcome != NotIdentifiable || a.Capacity.highest.Measured() {
		a.Capacity.takeBack()
	}
	for i := range a.Expectations {
		if e := &a.Expectations[i]; e.Answer != Unknown && restsOnLoad(e.Rests) {
			e.Answer, e.Evidence = Unknown, "the load generator was at its own limit: needs "+needRoomyGenerator
		}
	}
}

func (c *Capacity) takeBack() {
	none := measure.None(measure.Users, measure.NotIdentifiable, needRoomyGenerator)
	note := ownLimit + " Needs " + needRoomyGenerator + "."
	c.Outcome, c.BreakingMetric, c.BreakingTarget, c.BrokeAt, c.Model = NotIdentifiable, "", "", math.NaN(), false
	c.MaxUsers, c.Breaking, c.Knee = none, none, none
	c.MaxUsersText, c.BreakingText = notIdentifiable, notIdentifiable
	c.MaxUsersNote, c.BreakingNote = note, note
	if x, ok := c.highest.Float(); ok {
		c.MaxRPS = measure.Within(x, x, math.Inf(1), measure.PerSecond, measure.Bounded, c.highest.Sources()...)
		c.MaxRPSText = "≥ " + measure.Format(c.highest, measure.Style{Plain: true})
		c.MaxRPSNote = "The highest that the load generator made, which was at its own limit. How much more the system would have carried is not known: needs " + needRoomyGenerator + "."
	}
	if (c.RecoveryOutcome == Recovered || c.RecoveryOutcome == NotRecovered) && !c.RecoveryByResources {
		c.Recovery, c.RecoveryOutcome = measure.None(measure.Seconds, measure.NotIdentifiable, needRoomyGenerator), RecoveryNotObserved
		c.RecoveryText, c.RecoveryNote = notIdentifiable, "What had to recover was the load generator. Needs "+needRoomyGenerator+"."
	}
}

// Doubted says in the notes that the limits may be the load generator's.
func (c *Capacity) Doubted() {
	const suspected = " Suspected is that the load generator was at its own limit: then this is its limit and not the system's."
	if c.Outcome == Broke {
		c.BreakingNote += suspected
		if c.MaxUsers.Measured() {
			c.MaxUsersNote += suspected
		}
	}
	if _, high, ok := c.MaxRPS.Limits(); ok && !math.IsInf(high, 1) {
		c.MaxRPSNote += suspected
	}
}

// ofLoad are the names of figures that a load generator at its limit has a
// part in.
var ofLoad = regexp.MustCompile(`^(?:max_users|targets|recovery|rps|throughput|errors?|mean|max|timeouts|p\d)`)

func restsOnLoad(rests []string) bool {
	for _, r := range rests {
		if ofLoad.MatchString(r) {
			return true
		}
	}
	return false
}
