package diagnose

import (
	"fmt"
	"math"
	"strings"

	"github.com/peakload/peakload/analyze"
)

// early is the share of the load at which a system began to fail at which more
// of it should be started: starting takes time, in which the load goes on
// rising.
const early = .8

// scaling says what the findings make of more instances, bigger machines,
// triggers and a load balancer; "" where this run does not say.
func scaling(s *scene) analyze.Scaling {
	var out analyze.Scaling
	fs := s.a.Diagnosis.Findings
	if len(fs) > 0 && fs[0].Kind == "load_generator" {
		return out
	}
	if s.requests() == 0 {
		return out
	}
	out.AutoScaling = s.triggers("Scale out")
	if len(fs) == 0 {
		if !s.hurt {
			out.Horizontal, out.Vertical = s.roomLeft()
		} else if at := s.triggers("Warn"); strings.HasPrefix(at, "Warn") {
			out.AutoScaling = at + "; whether more instances help is not known without the cause"
		}
		return out
	}
	f := fs[0]
	switch f.Kind {
	case "app_cpu", "worker_queue":
		// What users ask for holds what a rate limiter refuses, and so must this.
		each := s.goodput() + s.refusedRate()
		x := perSecond(each)
		if s.refusedRate() > 0 {
			x += " (429s included)"
		}
		out.Horizontal = fmt.Sprintf("Helps: one instance answered %s with its %s at the limit; each further instance adds about as much until something shared is full%s", x, ownPart[f.Kind], s.sharedNext())
		if want, _, ok := s.asked(); ok && want > each && each > 0 {
			n := want * reserve / each
			out.Horizontal += fmt.Sprintf("; %s users ask for %s; %s × %s ÷ %s = %s, so %s%s", whole(s.stressUsers), perSecond(want), perSecond(want), digits(reserve), perSecond(each), digits(n),
				count(math.Ceil(n), "instance", "instances"), s.poolsOf(math.Ceil(n)))
		}
		out.Vertical = "Helps as far as the application uses more cores than now"
		if l, ok := s.cpu(app); ok && l.limit > 0 && f.Kind == "app_cpu" {
			c := s.cores(app, s.stress)
			twice := 2 * s.throughput() * l.limit / math.Max(c, 1e-9)
			out.Vertical = fmt.Sprintf("Helps if the application can use more than %s, of which it used %s; twice as many carry at most %s%s", count(l.limit, "core", "cores"), digits(c), perSecond(roundTo2(twice)), s.machineBelow(twice))
		} else if ok && f.Kind == "worker_queue" && l.limit > 0 {
			out.Vertical = fmt.Sprintf("Does not help by itself: the application used %s of %s while its workers were all busy", percent(mean(l.share(s.stress))), l.of())
		}
		out.LoadBalancing = "Needed for more than one instance; by requests in progress rather than in turn, since requests took between " + s.spread()
	case "connection_pool":
		out.Horizontal = s.morePools()
		out.Vertical = s.idleCPU("Does not help: ")
	case "db_cpu", "lock_contention", "cache", "disk":
		out.AutoScaling = s.triggers(noInstances)
		out.Horizontal = fmt.Sprintf("More instances of the application do not help: all of them share %s", the(f.Component))
		switch f.Kind {
		case "db_cpu":
			out.Vertical = "Helps, by as much as the database gets more cores; less to read for a query helps more" + s.costOfDB()
		case "lock_contention":
			out.Vertical = s.idleCPU("Does not help: transactions wait for each other, not for processors; ")
		case "cache":
			if strings.HasPrefix(f.Component, "processor") {
				out.Vertical = "Helps only as far as a single core is faster: the cache runs its commands on one"
				break
			}
			out.Vertical = "Helps the cache: more memory for it; " + lowerFirst(trimStop(f.Recommendation))
		}
	case "host_cpu":
		out.Vertical = "Helps: " + lowerFirst(f.Symptom)
		out.Horizontal = "Helps if the instances run on machines of their own"
	case "memory", "crash":
		out.Horizontal = "A second instance keeps answers coming while one restarts; it does not cure " + causeWords(f)
		out.Vertical = "Puts the end off and does not cure it"
		if f.Kind == "crash" {
			out.Vertical = ""
		}
		if f.Kind == "crash" && (strings.EqualFold(f.Component, database) || strings.EqualFold(f.Component, cache)) {
			out.Horizontal = fmt.Sprintf("More instances of the application do not help: all of them share %s", the(f.Component))
			break
		}
		out.LoadBalancing = fmt.Sprintf("Needed, with health checks shorter than the %s that connections were refused here", s.downFor())
		if len(s.a.Stability.Outages) == 0 {
			out.LoadBalancing = "Needed, with health checks"
		}
		if _, hung := s.hung(); hung { // nothing ended and nothing was refused
			out.Horizontal = "Helps if each instance waits by itself; not if all wait for the same"
			out.LoadBalancing = fmt.Sprintf("Needed for more than one instance, with health checks that notice within the %s that no request was answered here", s.downFor())
		}
	case "slow_endpoint":
		out.AutoScaling = s.triggers(noInstances)
		out.Horizontal = "More instances do not help: requests wait for " + the(f.Component) + ", not for the application"
		out.Vertical = s.idleCPU("Does not help: ")
	}
	return out
}

// poolsOf says where the pools of so many instances ask the database for more
// connections than it accepts; "" where they do not, or nobody knows.
func (s *scene) poolsOf(n float64) string {
	pool := s.limit(s.anywhere("pool_in_use", app), "pool_limit")
	accepted := s.limit(s.series(database, "connections"), "connections_limit")
	if !(n*pool > accepted) {
		return ""
	}
	return fmt.Sprintf("; with pools of %s they could open %s connections, and the database accepts %s: at most %s for each", digits(pool), digits(n*pool), digits(accepted), digits(math.Floor(accepted/n)))
}

// morePools says what more instances do where the pool is the limit: each
// brings one of its own.
func (s *scene) morePools() string {
	use := s.anywhere("pool_in_use", app)
	pool := s.limit(use, "pool_limit")
	want, _, ok := s.asked()
	_, held := s.holdTime(use)
	if !ok || !(held > 0) || !(pool > 0) || needed(want, held) <= pool {
		return fmt.Sprintf("Each instance brings a pool of its own (%s here), as far as the database accepts the sum%s", s.poolWords(), s.acceptedWords())
	}
	n := math.Ceil(needed(want, held) / pool)
	out := fmt.Sprintf("Helps like a larger pool: each instance brings one of its own (%s here); %s are needed, so %s", s.poolWords(), whole(needed(want, held)), count(n, "instance", "instances"))
	if more := s.poolsOf(n); more != "" {
		return out + more
	}
	if accepted := s.acceptedWords(); accepted != "" {
		out += fmt.Sprintf(", whose %s connections the database accepts%s", whole(n*pool), accepted)
	}
	return out
}

// machineBelow says where this run's machine is full before so many requests
// per second; "" where it is not.
func (s *scene) machineBelow(rps float64) string {
	for _, c := range ceilings(s) {
		if c.kind == "host_cpu" && c.rps < rps {
			return fmt.Sprintf(", on a larger machine: this one is full at %s", perSecond(roundTo2(c.rps)))
		}
	}
	return ""
}

// noInstances leads a trigger where what is at its limit is shared: to start
// instances then would only add to what waits for it.
const noInstances = "Not by starting instances, which do not help here; warn"

// ownPart is what every instance has of its own.
var ownPart = map[string]string{"app_cpu": "processor time", "worker_queue": "workers"}

func causeWords(f analyze.Finding) string {
	if f.Kind == "memory" {
		return "the growth of memory, which it shares"
	}
	return "the cause of the crash"
}

func (s *scene) downFor() string {
	d := 0.
	for _, o := range s.a.Stability.Outages {
		d = math.Max(d, o.End-o.Start)
	}
	return seconds(math.Round(d))
}

// sharedNext names the shared limit that comes next.
func (s *scene) sharedNext() string {
	for _, c := range ceilings(s) {
		if c.kind == "db_cpu" {
			return ": " + c.said
		}
	}
	return ""
}

// spread says how different the endpoints' latencies are.
func (s *scene) spread() string {
	low, high := math.Inf(1), 0.
	for _, c := range s.endpoints {
		if c.nAfter >= 20 && !math.IsNaN(c.after) {
			low, high = math.Min(low, c.after), math.Max(high, c.after)
		}
	}
	if high == 0 {
		return "different times"
	}
	return seconds(low) + " and " + seconds(high) + " by endpoint"
}

func (s *scene) poolWords() string {
	use := s.anywhere("pool_in_use", app)
	if l := s.limit(use, "pool_limit"); l > 0 {
		return count(l, "connection", "connections")
	}
	return "its size is not recorded"
}

func (s *scene) acceptedWords() string {
	l := s.limit(s.series(database, "connections"), "connections_limit")
	if math.IsNaN(l) {
		return ""
	}
	return fmt.Sprintf(" (%s)", digits(l))
}

// idleCPU says how little the processors were used, as the reason why more of
// them would not help.
func (s *scene) idleCPU(lead string) string {
	var parts []string
	for _, c := range [...]string{app, database} {
		if l, ok := s.cpu(c); ok && (l.ratio || l.limit > 0) {
			if v := l.share(s.stress); len(v) > 0 && mean(v) < cpuMost {
				parts = append(parts, fmt.Sprintf("the %s used %s of %s", nameOf(c), percent(mean(v)), l.of()))
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return lead + and(parts) + " in the mean " + s.stress.name
}

func (s *scene) costOfDB() string {
	c, x := s.cores(database, s.stress), s.throughput()
	if !(c > 0) || !(x > 0) {
		return ""
	}
	return fmt.Sprintf(" (a request costs it %s of processor time)", seconds(c/x))
}

// roomLeft says for a run that met its targets what it leaves open.
func (s *scene) roomLeft() (horizontal, vertical string) {
	if !(s.stressUsers > 0) {
		return "", ""
	}
	if s.a.Capacity.Outcome == analyze.Broke {
		return "", ""
	}
	horizontal = fmt.Sprintf("Not called for up to %s users (%s)", whole(s.stressUsers), text(s.window.RPS))
	if s.limited() {
		horizontal = fmt.Sprintf("Not called for by what the rate limiter let through: %s at %s users", perSecond(s.goodput()), whole(s.stressUsers))
	}
	vertical = s.idleCPU("Not called for: ")
	return horizontal, vertical
}

// telling is the share of its limit from which a resource can serve as a
// trigger: one that is nearly idle does not say when to scale.
const telling = .3

// triggers are the figures of this run at 80 % of the load at which it began
// to fail: of the knee, else of the highest load that held every target; do is
// what to do then.
func (s *scene) triggers(do string) string {
	if s.limiterFlattens() {
		return ""
	}
	base, what := math.NaN(), ""
	if k, ok := s.a.Capacity.Knee.Float(); ok {
		base, what = k, "the knee"
	}
	if m, ok := s.a.Capacity.MaxUsers.Float(); ok && s.a.Capacity.Outcome == analyze.Broke && !(base <= m) {
		base, what = m, "the highest load that held every target"
	}
	if !(base > 0) || s.a.Capacity.Outcome != analyze.Broke && what != "the knee" {
		return ""
	}
	if s.limited() {
		return fmt.Sprintf("None from this run: what more than about %s users asked for was refused by the rate limiter, which more instances do not move unless each brings its own", whole(base))
	}
	at := early * base
	t := s.secondOf(at)
	around := span{from: t - 5, to: t + 5}
	var figures []string
	if l, ok := s.cpu(app); ok && (l.ratio || l.limit > 0) && !math.IsNaN(t) {
		if v := l.share(around); len(v) > 0 && mean(v) >= telling {
			figures = append(figures, fmt.Sprintf("application processor above %s", percent(mean(v))))
		}
	}
	stays := ""
	if use := s.anywhere("pool_in_use", app); !math.IsNaN(t) {
		// New users ask all at once, so that on a ramp a pool is full for moments
		// in which the load by itself does not fill it.
		l := s.limit(use, "pool_limit")
		if v := use.in(around); len(v) > 0 && mean(v) >= telling*l {
			if most := math.Floor(early * l); mean(v) > most {
				stays = fmt.Sprintf("; or as soon as %s of %s pooled connections stay in use", whole(most), digits(l))
			} else {
				figures = append(figures, fmt.Sprintf("%s of %s pooled connections in use", whole(mean(v)), digits(l)))
			}
		}
	}
	if x := early * s.goodputOf(base); x > 0 {
		figures = append(figures, perSecond(x))
	}
	out := fmt.Sprintf("%s at %s users", do, whole(roundTo2(at)))
	if len(figures) > 0 {
		out += " (" + strings.Join(figures, ", ") + ")"
	}
	if what == "the knee" {
		return fmt.Sprintf("%s: 80%% of the knee, which is at about %s%s", out, text(s.a.Capacity.Knee), stays)
	}
	return fmt.Sprintf("%s: 80%% of %s, %s users%s", out, what, whole(base), stays)
}

// jump is by how much the users may be beyond a number of them in the first
// second that they reach it, for what was seen then to be of that number.
const jump = 1.05

// limited reports whether the rate limiter refused so much at the highest load
// that it, and nothing behind it, was the limit.
func (s *scene) limited() bool {
	n, okN := s.window.Requests.Float()
	limited, ok := s.window.RateLimited.Float()
	return okN && ok && n > 0 && limited > .05*n && s.a.Capacity.Outcome != analyze.Broke
}

// secondOf returns the first second of the run at which there were so many
// users; NaN never, or if there were many more at once.
func (s *scene) secondOf(users float64) float64 {
	for i, t := range s.a.Timeline.Time {
		if i < len(s.a.Timeline.Users) && s.a.Timeline.Users[i] >= users {
			if s.a.Timeline.Users[i] > jump*users+1 {
				break
			}
			return t
		}
	}
	return math.NaN()
}

// goodputOf is what the system got done each second at the knee, or at a level,
// of so many users. Below it successes go with the users, so that a share of the
// load is that share of them; a second of a climb, in which new users all ask at
// once, does not show it.
func (s *scene) goodputOf(users float64) float64 {
	if k, ok := s.a.Capacity.Knee.Float(); ok && k == users {
		x, _ := s.a.Capacity.MaxRPS.Float()
		return x
	}
	for _, l := range s.a.Capacity.Levels {
		if math.Abs(l.Users-users) <= .5 {
			x, _ := l.Goodput.Float()
			return x
		}
	}
	return math.NaN()
}
