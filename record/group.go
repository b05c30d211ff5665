package record

import (
	"context"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// A group is some processes whose figures are added up.
type group struct {
	table               *Table
	component, instance string
	pick                func() []*entry
	none                error // where there is no process; nil: that is in order
	python              bool  // judge each process by one core

	at       time.Time
	cpu      map[life]float64 // s used, of the sample before
	total    float64          // s used since the recording began, and before by those alive then
	begun    bool
	memoryAt time.Time // when memory may be read again
}

// A life is one process: numbers are used again.
type life struct {
	pid     int32
	started float64
}

// Sample adds up the figures of the processes that are there.
func (g *group) Sample(ctx context.Context) ([]Reading, error) {
	g.table.mu.Lock()
	err := g.table.refresh(ctx)
	members := copies(g.pick())
	g.table.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if len(members) == 0 {
		return nil, g.none
	}
	s := &sheet{component: g.component, instance: g.instance}
	alive := g.processors(ctx, s, members)
	if alive == 0 {
		return nil, g.none
	}
	g.memory(ctx, s, members)
	g.files(ctx, s, members)
	threads, oldest := 0.0, members[0].started
	for _, e := range members {
		if n, err := e.proc.NumThreadsWithContext(ctx); err == nil {
			threads += float64(n)
		}
		oldest = min(oldest, e.started)
	}
	s.add("threads", threads)
	s.add("processes", float64(alive))
	s.add("start_time_seconds", oldest)
	return s.readings, nil
}

// copies returns copies of entries, to be read without holding up other groups: reading
// changes a gopsutil process.
func copies(members []*entry) []*entry {
	out := make([]*entry, len(members))
	for i, e := range members {
		c := *e
		c.proc = &process.Process{Pid: e.proc.Pid}
		out[i] = &c
	}
	return out
}

// processors adds the processor time. The sum of what the living used would
// go back whenever one ends; so what each used since it was last seen is
// added to a total of our own, which loses the last tick of those that end.
func (g *group) processors(ctx context.Context, s *sheet, members []*entry) (alive int) {
	now := time.Now()
	elapsed := now.Sub(g.at).Seconds()
	cpu := make(map[life]float64, len(members))
	spent, busiest := 0.0, 0.0
	single := true
	for _, e := range members {
		t, err := e.proc.TimesWithContext(ctx)
		if err != nil {
			continue
		}
		alive++
		id := life{e.proc.Pid, e.started}
		used := t.User + t.System
		cpu[id] = used
		before, seen := g.cpu[id]
		delta := used
		if seen {
			delta = max(0, used-before)
		}
		spent += delta
		busiest = max(busiest, delta)
		single = single && python(e)
	}
	if alive == 0 {
		return 0
	}
	first := !g.begun
	g.at, g.cpu, g.begun = now, cpu, true
	g.total += spent
	s.add("cpu_seconds_total", g.total)
	limit := coresOf(members)
	if limit > 0 {
		s.add("cpu_limit_cores", limit)
	}
	if first || elapsed <= 0 {
		return alive
	}
	s.add("cpu_cores", spent/elapsed)
	switch {
	case g.python && single:
		// Python runs on one core at a time: of several workers the busiest
		// tells whether the load generator keeps up.
		s.add("cpu_ratio", min(1, busiest/elapsed))
	case limit > 0:
		s.add("cpu_ratio", min(1, spent/elapsed/limit))
	}
	return alive
}

// python reports whether a process is Python's, or does hardly anything but
// wait for one that is.
func python(e *entry) bool {
	return strings.HasPrefix(e.name, "python") || strings.Contains(e.command, "locust") ||
		e.name == "sh" || e.name == "bash" || e.name == "dash"
}

// memory adds what the processes hold: the proportional set, which counts
// what they share once, where it may be read, else the resident one. Reading
// the proportional set of a large process takes the kernel long, so that no
// more than a fiftieth of the time is spent on it.
func (g *group) memory(ctx context.Context, s *sheet, members []*entry) {
	begin := time.Now()
	if begin.Before(g.memoryAt) {
		return
	}
	sum, resident := 0.0, 0
	for _, e := range members {
		if bytes, ok := proportional(e.proc.Pid); ok {
			sum += bytes
		} else if m, err := e.proc.MemoryInfoWithContext(ctx); err == nil && m != nil {
			sum += float64(m.RSS)
			resident++
		}
	}
	switch {
	case sum == 0:
	case resident > 0 && len(members) > 1, g.component == "cache":
		s.add("memory_rss_bytes", sum)
	default:
		s.add("memory_bytes", sum)
	}
	if limit, ok := memoryLimit(members[0].proc.Pid); ok {
		s.add("memory_limit_bytes", limit)
	}
	if cost := time.Since(begin); cost > 20*time.Millisecond {
		g.memoryAt = begin.Add(50 * cost)
	}
}

// files adds the open files of the process that is nearest to its limit.
func (g *group) files(ctx context.Context, s *sheet, members []*entry) {
	open, limit, share := 0.0, 0.0, -1.0
	for _, e := range members {
		n, err := e.proc.NumFDsWithContext(ctx)
		if err != nil {
			continue // another user's
		}
		of := filesLimit(e.proc.Pid)
		if r := float64(n) / max(of, 1); r > share {
			open, limit, share = float64(n), of, r
		}
	}
	if share < 0 {
		return
	}
	s.add("open_files", open)
	if limit > 0 {
		s.add("open_files_limit", limit)
	}
}
