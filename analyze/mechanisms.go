package analyze

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
)

// mechanisms says which ways to degrade gracefully were seen at work.
func (c *context) mechanisms() []Mechanism {
	return []Mechanism{c.limiting(), c.cacheFallback(), c.replicaRouting(), c.throttling()}
}

func (c *context) limiting() Mechanism {
	m := Mechanism{Name: "Rate Limiting", Evidence: "needs " + needFailures}
	n, ok := c.whole.RateLimited.Float()
	if !ok {
		return m
	}
	m.Seen, m.Evidence = No, "no request got 429"
	if n > 0 {
		m.Seen = Yes
		m.Evidence = fmt.Sprintf("%s requests got 429", measure.Format(c.whole.RateLimited, measure.Style{}))
		if all, ok := c.whole.Requests.Float(); ok && all > 0 {
			m.Evidence += fmt.Sprintf(", %s of all", measure.Format(measure.Of(n/all, measure.Ratio), measure.Style{}))
		}
	}
	return m
}

// A database is slow where its queries take three times what they take at most
// times, and by a tenth of a second at least: then there is something to fall
// back from.
const (
	slowQueries   = 3.0
	slowQueriesBy = 0.1 // s
)

// cacheFallback looks for stretches in which the database failed or was slow
// and the cache went on answering.
func (c *context) cacheFallback() Mechanism {
	m := Mechanism{Name: "Cache Fallback", Evidence: "needs cache and database snapshots over the run"}
	if away, ok := c.withoutCache(); ok {
		return away
	}
	hits := c.tracks.of("cache", "hit_ratio")
	queries, up := c.tracks.first("database", "query_latency_seconds"), c.tracks.of("database", "up")
	if queries == nil && up == nil {
		return m
	}
	if hits == nil {
		if c.tracks.component("cache") {
			m.Seen, m.Evidence = No, "the cache was not asked for anything"
		}
		return m
	}
	usual := lowerQuartile(queries)
	troubled, answered, least := 0, 0, math.Inf(1)
	slowest, away := 0., false
	look := func(tr *Track, bad func(v float64) bool) {
		if tr == nil {
			return
		}
		for i, v := range tr.Value {
			if tr.Time[i] < 0 || tr.Time[i] > c.length() || !bad(v) {
				continue
			}
			troubled++
			if tr == up {
				away = true
			} else {
				slowest = math.Max(slowest, v)
			}
			if h := hits.At(tr.Time[i], 15); h >= .5 {
				answered++
				least = math.Min(least, h)
			}
		}
	}
	look(queries, func(v float64) bool { return v >= slowQueries*usual && v-usual >= slowQueriesBy })
	look(up, func(v float64) bool { return v == 0 })
	switch {
	case troubled == 0:
		m.Seen, m.Evidence = No, "the database neither failed nor slowed down, so that there was nothing to fall back from"
	case answered*2 >= troubled:
		m.Seen = Yes
		m.Evidence = fmt.Sprintf("while %s the cache answered at least %s of the look-ups", inTrouble(slowest, usual, away), measure.Format(measure.Of(least, measure.Ratio), measure.Style{}))
	default:
		m.Seen, m.Evidence = No, fmt.Sprintf("while %s the cache answered less than half of the look-ups", inTrouble(slowest, usual, away))
	}
	return m
}

// inTrouble says what was wrong with the database; how long queries took is in s.
func inTrouble(slowest, usual float64, away bool) string {
	seconds := func(x float64) string {
		return measure.Format(measure.Of(x, measure.Seconds), measure.Style{Plain: true})
	}
	slow := fmt.Sprintf("queries took up to %s (%s in the fastest quarter of the readings)", seconds(slowest), seconds(usual))
	switch {
	case away && slowest > 0:
		return slow + " or the database was away"
	case away:
		return "the database was away"
	}
	return slow
}

// lowerQuartile of a track's readings; NaN without one.
func lowerQuartile(tr *Track) float64 {
	if tr == nil || len(tr.Value) == 0 {
		return math.NaN()
	}
	v := slices.Clone(tr.Value)
	slices.Sort(v)
	return v[len(v)/4]
}

// replicaNames are how replicas are called.
var replicaNames = regexp.MustCompile(`(?i)replica|standby|read_?only|secondary|reader|follower`)

// replicaRouting looks for connections or queries at replicas.
func (c *context) replicaRouting() Mechanism {
	m := Mechanism{Name: "Read Replica Routing", Evidence: "needs connection counts of the replicas over the run"}
	for i := range c.tracks.chosen {
		tr := &c.tracks.chosen[i]
		if !replicaNames.MatchString(tr.Component) && !replicaNames.MatchString(tr.Instance) {
			continue
		}
		if !slices.Contains([]string{"connections", "connections_active", "queries_per_second", "commits_per_second"}, tr.Metric) {
			continue
		}
		before, most := 0., 0.
		for k, v := range tr.Value {
			if tr.Time[k] < 0 {
				before = math.Max(before, v)
			} else if tr.Time[k] <= c.length() {
				most = math.Max(most, v)
			}
		}
		name := strings.TrimSpace(tr.Component + " " + tr.Instance)
		if most > before {
			m.Seen, m.Evidence = Yes, fmt.Sprintf("%s of %s: at most %.0f under load, %.0f before", strings.ReplaceAll(tr.Metric, "_", " "), name, most, before)
			return m
		}
		m.Seen, m.Evidence = No, fmt.Sprintf("%s of %s did not rise under load: at most %.0f", strings.ReplaceAll(tr.Metric, "_", " "), name, most)
	}
	return m
}

// throttledTexts tell of features switched off and of answers that ask to come
// back later.
var throttledTexts = regexp.MustCompile(`(?i)retry-after|feature[^.]{0,40}(disabled|switched off|turned off|throttled|degraded)|(disabled|degraded|throttl(ed|ing))[^.]{0,30}feature|load[- ]shed|shedding load|degraded mode|circuit ?breaker[^.]{0,20}open`)

// throttling looks for features that were switched off under load. What a log
// or a failure does not name may have happened all the same.
func (c *context) throttling() Mechanism {
	m := Mechanism{Name: "Feature Throttling", Evidence: "needs the application's log or metrics: 503s with Retry-After, or features switched off"}
	if n, example := c.throttled(); n > 0 {
		m.Seen, m.Evidence = Yes, fmt.Sprintf("%s failures or lines of the application's log tell of it, such as %s", measure.Format(measure.Of(float64(n), measure.Count), measure.Style{Plain: true}), example)
	}
	return m
}

func (c *context) throttled() (n int64, example string) {
	if c.run.Failures != nil {
		for _, f := range c.run.Failures.Rows {
			if throttledTexts.MatchString(f.Error) {
				n += f.Count
				if example == "" {
					example = f.Error
				}
			}
		}
	}
	if n > 0 {
		return n, example
	}
	events := func(e loadtest.LogEvents) bool { return throttledTexts.MatchString(e.Example) }
	for _, l := range c.run.AppLogs {
		for _, e := range l.Events {
			if events(e) {
				n += e.Count
				if example == "" {
					example = e.Example
				}
			}
		}
	}
	return n, example
}
