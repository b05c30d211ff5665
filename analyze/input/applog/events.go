package applog

import (
	"cmp"
	"math"
	"slices"

	"github.com/peakload/peakload/analyze/loadtest"
)

const (
	// mostKinds bounds the kinds of events that are told apart; events of more
	// kinds are told by class and level only.
	mostKinds = 2000
	// mostSeconds bounds the seconds that are counted apart, over all kinds.
	mostSeconds  = 2 << 20
	exampleBytes = 300
)

// A kind is the events of one class, level, user type, endpoint and status.
type kind struct {
	loadtest.LogEvents
	zoned   bool
	seconds []second
}

// A second is a count of events.
type second struct {
	unix int64
	n    int64
}

// An event is one that is not counted yet: the lines that follow may belong to
// it.
type event struct {
	open     bool
	at       stamp
	near     bool // near enough to the run to be counted
	verdict  verdict
	level    level
	request  bool
	tracing  bool // within a traceback
	userType []byte
	method   []byte
	path     []byte
	endpoint []byte // of method and path, once it is counted
	example  []byte
	line     int64
	pid      int
}

// events are the kinds of events seen so far.
type events struct {
	kinds  map[string]*kind
	order  []*kind
	key    []byte
	cells  int
	merged bool // kinds were merged, as there were too many
	full   bool // no more seconds are counted apart
}

func (e *events) add(v *event) {
	key := e.key[:0]
	key = append(key, v.verdict.class...)
	key = append(key, 0, byte(v.level), byte(v.verdict.status), byte(v.verdict.status>>8), flag(v.request), flag(v.at.zoned))
	key = append(append(append(key, v.userType...), 0), v.endpoint...)
	e.key = key
	k := e.kinds[string(key)]
	if k == nil {
		k = e.kind(v)
	}
	at := v.at.sec
	for i := len(k.seconds) - 1; i >= 0 && i >= len(k.seconds)-4; i-- {
		if k.seconds[i].unix == at {
			k.seconds[i].n++
			e.span(k, v)
			return
		}
	}
	if e.cells >= mostSeconds {
		e.full = true
		return
	}
	e.cells++
	k.seconds = append(k.seconds, second{at, 1})
	e.span(k, v)
}

func (e *events) span(k *kind, v *event) {
	at := float64(v.at.sec) + float64(v.at.nano)/1e9
	k.First, k.Last = math.Min(k.First, at), math.Max(k.Last, at)
}

// kind makes the kind of an event, or finds the one that stands for all of its
// class.
func (e *events) kind(v *event) *kind {
	own := loadtest.LogEvents{Class: v.verdict.class, Level: v.level.String(), Status: v.verdict.status, Access: v.request,
		UserType: string(v.userType), Endpoint: string(v.endpoint)}
	if len(e.order) >= mostKinds {
		e.merged = true
		own.Status, own.UserType, own.Endpoint = 0, "", ""
		key := append(e.key[:0], own.Class...)
		key = append(key, 1, byte(v.level), flag(v.request), flag(v.at.zoned))
		e.key = key
		if k := e.kinds[string(key)]; k != nil {
			return k
		}
	}
	own.First, own.Last = math.Inf(1), math.Inf(-1)
	own.Example, own.Line = printable(v.example), v.line
	k := &kind{LogEvents: own, zoned: v.at.zoned}
	if e.kinds == nil {
		e.kinds = map[string]*kind{}
	}
	e.kinds[string(e.key)] = k
	e.order = append(e.order, k)
	return k
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// settle puts the events on the run's clock: offset is added to the times that
// state no zone. Seconds outside keep are dropped; Count, First and Last are
// of those within count.
func (e *events) settle(offset int64, keep, count span) []loadtest.LogEvents {
	type same struct {
		class, level, userType, endpoint string
		status                           int
		access                           bool
	}
	var list []loadtest.LogEvents
	where := map[same]int{}
	for _, k := range e.order {
		shift := offset
		if k.zoned {
			shift = 0
		}
		id := same{k.Class, k.Level, k.UserType, k.Endpoint, k.Status, k.Access}
		i, seen := where[id]
		out := k.LogEvents
		out.PerSecond = map[int64]int64{}
		if seen {
			out = list[i]
		} else {
			out.Count, out.First, out.Last = 0, math.NaN(), math.NaN()
		}
		for _, s := range k.seconds {
			at := s.unix + shift
			if !keep.holds(at) {
				continue
			}
			out.PerSecond[at] += s.n
			if !count.holds(at) {
				continue
			}
			out.Count += s.n
			first, last := float64(at), float64(at)
			if s.unix == int64(math.Floor(k.First)) {
				first = k.First + float64(shift)
			}
			if s.unix == int64(math.Floor(k.Last)) {
				last = k.Last + float64(shift)
			}
			if !(out.First <= first) {
				out.First = first
			}
			if !(out.Last >= last) {
				out.Last = last
			}
		}
		switch {
		case seen:
			list[i] = out
		case len(out.PerSecond) > 0:
			where[id] = len(list)
			list = append(list, out)
		}
	}
	slices.SortStableFunc(list, func(a, b loadtest.LogEvents) int { return cmp.Compare(a.Line, b.Line) })
	return list
}

// A span is a stretch of Unix seconds, both ends included.
type span struct{ from, to int64 }

func (s span) holds(at int64) bool { return at >= s.from && at <= s.to }
