package record

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// A Table is the processes of the machine, listed once a tick for all who
// look for some of them.
type Table struct {
	mu     sync.Mutex
	listed time.Time
	every  time.Duration
	known  map[int32]*entry
	self   int32
	root   int32 // COMMAND's process; 0 before it starts
}

// An entry is a process, by number and start.
type entry struct {
	proc    *process.Process
	parent  int32
	started float64 // Unix s
	name    string
	command string // never shown: command lines hold secrets
	looks   int
}

// NewTable returns a table that is refreshed once per tick.
func NewTable(every time.Duration) *Table {
	return &Table{every: every, self: int32(os.Getpid())}
}

// SetRoot names the process whose tree is the load generator.
func (t *Table) SetRoot(pid int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.root = int32(pid)
	t.listed = time.Time{}
}

// refresh lists the processes, unless another target just did.
func (t *Table) refresh(ctx context.Context) error {
	if time.Since(t.listed) < t.every/2 {
		return nil
	}
	pids, err := process.PidsWithContext(ctx)
	if err != nil {
		return err
	}
	known := make(map[int32]*entry, len(pids))
	for _, pid := range pids {
		e := t.known[pid]
		created := int64(0)
		if e != nil {
			// The number may be another process's by now.
			created, err = started(ctx, pid)
			if err != nil {
				continue
			}
			if float64(created)/1000 != e.started {
				e = nil
			}
		}
		if e == nil {
			if e, err = inspect(ctx, pid); err != nil {
				continue // gone already
			}
		} else if e.looks < 3 {
			e.read(ctx) // a young process may yet become another program
		}
		e.looks++
		known[pid] = e
	}
	t.known, t.listed = known, time.Now()
	return nil
}

func started(ctx context.Context, pid int32) (int64, error) {
	return (&process.Process{Pid: pid}).CreateTimeWithContext(ctx)
}

func inspect(ctx context.Context, pid int32) (*entry, error) {
	e := &entry{proc: &process.Process{Pid: pid}}
	ms, err := e.proc.CreateTimeWithContext(ctx)
	if err != nil {
		return nil, err
	}
	e.started = float64(ms) / 1000
	e.read(ctx)
	return e, nil
}

func (e *entry) read(ctx context.Context) {
	// A fresh Process: it would remember its name and parent.
	p := &process.Process{Pid: e.proc.Pid}
	e.name, _ = p.NameWithContext(ctx)
	e.command, _ = p.CmdlineWithContext(ctx)
	e.parent, _ = p.PpidWithContext(ctx)
	e.proc = p
}

// tree returns the load generator's processes: COMMAND's own and all that
// descend from it. One whose parent has died stays in the tree only while
// some ancestor lives.
func (t *Table) tree() []*entry {
	var out []*entry
	for _, e := range t.sorted() {
		if t.root != 0 && t.descends(e, t.root) {
			out = append(out, e)
		}
	}
	return out
}

// matching returns the processes that a pattern names. Left out are the load
// generator's and the recorder itself with all that it runs under, whose
// command lines hold the pattern.
func (t *Table) matching(pattern string) []*entry {
	above := map[int32]bool{}
	for pid := t.self; pid > 0 && !above[pid]; {
		above[pid] = true
		e := t.known[pid]
		if e == nil {
			break
		}
		pid = e.parent
	}
	var out []*entry
	for _, e := range t.sorted() {
		if above[e.proc.Pid] || t.root != 0 && t.descends(e, t.root) || !Matches(pattern, e.name, e.command) {
			continue
		}
		out = append(out, e)
	}
	return out
}

func (t *Table) sorted() []*entry {
	out := make([]*entry, 0, len(t.known))
	for _, e := range t.known {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b *entry) int { return int(a.proc.Pid) - int(b.proc.Pid) })
	return out
}

func (t *Table) descends(e *entry, root int32) bool {
	for range 64 { // numbers are used again: no chain is trusted to end
		if e == nil {
			return false
		}
		if e.proc.Pid == root {
			return true
		}
		e = t.known[e.parent]
	}
	return false
}

// Matches reports whether a pattern names a process: its name, or a part of
// its command line. In a pattern * stands for any text and ? for a character.
func Matches(pattern, name, command string) bool {
	if !strings.ContainsAny(pattern, "*?[") {
		return name == pattern || strings.Contains(command, pattern)
	}
	if ok, _ := path.Match(pattern, name); ok {
		return true
	}
	// path.Match's * stops at a slash, which command lines are full of.
	flat := func(s string) string { return strings.ReplaceAll(s, "/", "\x01") }
	ok, _ := path.Match("*"+flat(pattern)+"*", flat(command))
	return ok
}

// Processes samples the processes that a pattern names, together.
func Processes(t *Table, component, instance, pattern string) Target {
	return Target{
		// That a process is there is not that it answers.
		Name: fmt.Sprintf("%s (%s)", component, pattern), Component: component, Instance: join(instance, pattern), Service: true, Rank: rankProcess,
		Sampler: &group{table: t, component: component, instance: instance, pick: func() []*entry { return t.matching(pattern) },
			none: fmt.Errorf("no process has the name %q or has it in its command line", pattern)},
	}
}

// LoadGenerator samples COMMAND and all the processes it starts.
func LoadGenerator(t *Table) Target {
	const name = "load_generator"
	return Target{Name: "load generator", Component: name,
		Sampler: &group{table: t, component: name, pick: t.tree, python: true}}
}
