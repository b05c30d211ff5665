package diagnose

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze"
)

// A link says that one kind may follow from another, and in which words.
type link struct {
	effect, cause string
	words         string
	// held: only where what is at its limit is held for longer than at light
	// load (or that is not known). A pool or a set of workers that fills
	// although each is held no longer is too small by itself.
	held bool
}

// longerHeld is by how many times the hold time must have risen to be an effect.
const longerHeld = 1.5

// links lists what may stand behind what, the deeper cause as cause.
var links = [...]link{
	{"crash", "memory", "the process ended because its memory ran out", false},
	{"connection_pool", "lock_contention", "connections are held while their queries wait for locks", true},
	{"connection_pool", "cache", "what the cache does not answer takes a connection", false},
	{"connection_pool", "db_cpu", "connections are held for longer while the database is short of processor time", true},
	{"connection_pool", "disk", "connections are held for longer while the database waits for disks", true},
	{"connection_pool", "app_cpu", "connections are held while the application waits for processor time", true},
	{"connection_pool", "host_cpu", "connections are held for longer while the machine is short of processor time", true},
	{"connection_pool", "slow_endpoint", "connections are held during the slow calls", false},
	{"connection_pool", "memory", "", false},
	{"connection_pool", "crash", "", false},
	{"worker_queue", "lock_contention", "workers wait for queries that wait for locks", false},
	{"worker_queue", "cache", "workers wait for what the cache does not answer", true},
	{"worker_queue", "db_cpu", "workers wait for a database that is short of processor time", true},
	{"worker_queue", "disk", "workers wait for the disks", true},
	{"worker_queue", "connection_pool", "workers wait for a connection from the full pool", false},
	{"worker_queue", "app_cpu", "workers wait for processor time", true},
	{"worker_queue", "host_cpu", "workers wait for processor time", true},
	{"worker_queue", "slow_endpoint", "workers wait for the slow calls", false},
	{"db_cpu", "cache", "the database answers what the cache does not", false},
	{"host_cpu", "db_cpu", "the database takes the most of it", false},
	{"host_cpu", "app_cpu", "the application takes the most of it", false},
	{"disk", "memory", "memory is swapped to disk", false},
	{"lock_contention", "db_cpu", "transactions hold their locks for longer while the database is short of processor time", false},
}

// rank makes the diagnosis of what the rules concluded: a load generator at
// its limit voids the rest; causes stand before what follows from them;
// what is not established is named only beside what is.
func rank(s *scene, outs []outcome) analyze.Diagnosis {
	d := analyze.Diagnosis{Hurt: s.hurt}
	var hits []*outcome
	for i := range outs {
		o := &outs[i]
		switch {
		case o.state == blind:
			d.NotLookedAt = append(d.NotLookedAt, analyze.Gap{Kind: o.kind, Title: upper(nounOf(o.kind)), Need: o.why})
		case o.state == clear:
			d.Clear = append(d.Clear, analyze.Ruled{Kind: o.kind, Title: upper(nounOf(o.kind)), Why: o.why})
		case !s.hurt && o.kind != "load_generator":
			d.Clear = append(d.Clear, analyze.Ruled{Kind: o.kind, Title: upper(nounOf(o.kind)), Why: lowerFirst(o.finding.Symptom) + "; users did not suffer from it: " + s.unhurt()})
		default:
			hits = append(hits, o)
		}
	}
	for _, o := range hits {
		score, established := o.terms.score()
		o.finding.Score, o.finding.Suspected, o.finding.Terms = score, !established, o.terms.parts()
	}
	withoutTheirCauses(hits, &d)
	cleared := len(d.Clear)
	hits = withoutRemainders(s, hits, &d)
	explained := d.Clear[cleared:]
	generatorFirst(hits)
	consequences(hits)
	slices.SortStableFunc(hits, func(a, b *outcome) int {
		switch {
		case a.finding.Score > b.finding.Score:
			return -1
		case a.finding.Score < b.finding.Score:
			return 1
		}
		return 0
	})
	hits = afterTheirCauses(hits)
	for _, o := range hits {
		f := o.finding
		least := furtherLeast
		if len(d.Findings) == 0 {
			least = primaryLeast
		}
		if f.Score < least || len(d.Findings) == 0 && f.Suspected {
			d.Suspicions = append(d.Suspicions, f)
			continue
		}
		if len(d.Findings) < most {
			d.Findings = append(d.Findings, f)
		}
	}
	if len(d.Findings) > 0 {
		for i := range explained {
			explained[i].Why += "; the slowdown is put down to " + the(d.Findings[0].Component)
		}
	}
	d.Undecided = undecided(d.Findings)
	return d
}

// unhurt says why users had nothing to complain of. Refusals by a limiter are
// left out of that, and said to be: the error target may be missed with them.
func (s *scene) unhurt() string {
	apart := ""
	if n, ok := s.window.RateLimited.Float(); ok && n > 0 {
		apart = " (429s left out)"
	}
	return "no target on latency or errors" + apart + " was missed, and latency rose by less than three times"
}

// most is how many findings a diagnosis names.
const most = 3

func lowerFirst(s string) string {
	if strings.HasPrefix(s, "Locust") {
		return s // a name
	}
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && !(s[1] >= 'A' && s[1] <= 'Z') {
		return string(s[0]-'A'+'a') + s[1:]
	}
	return s
}

// remainder reports whether a kind may be what is left when nothing else is
// found; it then is not independent.
func remainder(kind string) bool {
	return kind == "slow_endpoint" || kind == "memory" || kind == "host_cpu" || kind == "network"
}

// withoutRemainders drops the endpoints that slowed down where something that
// they share is at its limit, and holds them for suspected where much of what
// they share was not looked at: they are what remains when nothing else is
// found.
func withoutRemainders(s *scene, hits []*outcome, d *analyze.Diagnosis) []*outcome {
	unseen := 0
	for _, g := range d.NotLookedAt {
		switch g.Kind {
		case "connection_pool", "lock_contention", "db_cpu", "app_cpu", "worker_queue":
			unseen++
		}
	}
	explained := func(by *outcome) bool {
		for _, o := range hits {
			switch {
			case o == by, o.kind == by.explains, o.finding.Suspected, o.finding.Score < primaryLeast:
			case remainder(o.kind) && !o.independent && (!by.finding.Suspected || unseen > 1): // is one itself
			default:
				return true
			}
		}
		return false
	}
	var out []*outcome
	for _, o := range hits {
		if remainder(o.kind) && !o.independent {
			if explained(o) {
				d.Clear = append(d.Clear, analyze.Ruled{Kind: o.kind, Title: upper(nounOf(o.kind)), Why: lowerFirst(o.finding.Symptom)})
				continue
			}
			if unseen > 1 {
				o.finding.Suspected = true
				o.finding.Score = math.Min(o.finding.Score, suspectedMost)
			}
		}
		out = append(out, o)
	}
	return out
}

// generatorFirst puts a load generator at its limit before everything else,
// which is unproven then.
func generatorFirst(hits []*outcome) {
	for _, g := range hits {
		if g.kind != "load_generator" || g.finding.Suspected || g.finding.Score < primaryLeast {
			continue
		}
		for _, o := range hits {
			if o == g {
				continue
			}
			o.finding.Suspected = true
			o.finding.Score = math.Min(o.finding.Score, suspectedMost)
			o.finding.Consequence = "unproven while the load generator is at its limit"
		}
		return
	}
}

// consequences marks what follows from something else that is established and
// keeps its score below.
func consequences(hits []*outcome) {
	established := func(o *outcome) bool { return !o.finding.Suspected && o.finding.Score >= primaryLeast }
	for _, l := range links {
		for _, e := range hits {
			if e.kind != l.effect || e.finding.Consequence != "" {
				continue
			}
			for _, c := range hits {
				if c.kind != l.cause || !established(c) || l.held && e.hold < longerHeld {
					continue
				}
				if l.words != "" {
					e.finding.Consequence = fmt.Sprintf("follows from the %s: %s", nounOf(c.kind), l.words)
					e.finding.Recommendation = afterCause(e, c)
				}
			}
		}
	}
	// Below its cause, however deep: links run from causes to effects.
	for range hits {
		for _, l := range links {
			for _, e := range hits {
				for _, c := range hits {
					if e.kind == l.effect && c.kind == l.cause && e.finding.Consequence != "" && established(c) && !(l.held && e.hold < longerHeld) && l.words != "" {
						e.finding.Score = math.Min(e.finding.Score, math.Max(furtherLeast, c.finding.Score-apart))
					}
				}
			}
		}
	}
}

// afterCause is what to do about an effect: nothing before its cause is dealt
// with. Slots sized for the time that they are held for now would be too many
// then, and so would cores and disks for what is asked of them now.
func afterCause(e, c *outcome) string {
	lead := fmt.Sprintf("Deal with %s first, then repeat the run", the(c.finding.Component))
	slots := slotsOf[e.kind]
	switch {
	case slots == "":
		return lead
	case e.hold >= longerHeld:
		return fmt.Sprintf("%s: %s are held %s times as long as at light load, and how many of them the load takes shows only without that wait", lead, slots, digits(e.hold))
	}
	return fmt.Sprintf("%s: how many %s the load takes shows only without that wait", lead, slots)
}

// slotsOf is what a queue's requests wait for.
var slotsOf = map[string]string{"connection_pool": "connections", "worker_queue": "workers"}

// afterTheirCauses moves consequences behind every cause of their own.
func afterTheirCauses(hits []*outcome) []*outcome {
	var causes, effects []*outcome
	for _, o := range hits {
		if o.finding.Consequence != "" {
			effects = append(effects, o)
		} else {
			causes = append(causes, o)
		}
	}
	return append(causes, effects...)
}

// undecided says so where the evidence does not separate the first two causes.
func undecided(fs []analyze.Finding) string {
	if len(fs) < 2 || fs[1].Consequence != "" || fs[1].Suspected || fs[0].Score-fs[1].Score >= apart {
		return ""
	}
	return fmt.Sprintf("%s or %s: the evidence does not separate them", upper(fs[0].Component), fs[1].Component)
}

// summary says in a sentence what the diagnosis is.
func summary(s *scene, d *analyze.Diagnosis) string {
	switch {
	case len(d.Findings) > 0:
		f := d.Findings[0]
		return fmt.Sprintf("%s: %s", upper(f.Component), f.Symptom)
	case !s.hurt && s.requests() == 0:
		return "The run recorded no request"
	case !s.hurt:
		return "Nothing limited this run: no latency or error target was missed, and latency did not rise by much under load"
	case s.drifts && len(d.Suspicions) == 0:
		return fmt.Sprintf("No cause is established: %s, and nothing that was looked at was at its limit", s.drift.said())
	case len(d.Suspicions) > 0:
		f := d.Suspicions[0]
		return fmt.Sprintf("No cause is established (%s); suspected is %s: %s", s.hurtWhy, the(f.Component), lowerFirst(f.Symptom))
	case len(d.NotLookedAt) > 0:
		return fmt.Sprintf("No cause is established: %s, and %s could not be looked at", s.hurtWhy, s.unseen())
	}
	return fmt.Sprintf("No cause is established: %s, and nothing that was looked at was at its limit", s.hurtWhy)
}

// unseen says what could not be looked at; not item by item where nothing of
// the system was recorded.
func (s *scene) unseen() string {
	if s.blind() {
		return "the resources of the system under test"
	}
	return and(nouns(s.a.Diagnosis.NotLookedAt))
}

// blind reports whether nothing of the system was recorded.
func (s *scene) blind() bool { return len(s.a.Tracks) == 0 && len(s.a.Diagnosis.NotLookedAt) > 4 }

func nouns(gaps []analyze.Gap) []string {
	var out []string
	for _, g := range gaps {
		out = append(out, nounOf(g.Kind))
	}
	return out
}
