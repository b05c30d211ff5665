package record

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A fake answers as the test says, by the number of the look.
type fake struct {
	mu     sync.Mutex
	looks  int
	answer func(ctx context.Context, look int) ([]Reading, error)
}

func (f *fake) Sample(ctx context.Context) ([]Reading, error) {
	f.mu.Lock()
	f.looks++
	n := f.looks
	f.mu.Unlock()
	return f.answer(ctx, n)
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.looks
}

// recorded runs a recorder over targets until enough says so.
func recorded(t *testing.T, targets []Target, secrets *Secrets, enough func() bool) (rows []string, remarks []string, accounts []Account) {
	t.Helper()
	name := t.TempDir() + "/r.csv"
	file, err := Create(name)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	r := &Recorder{Targets: targets, Every: 20 * time.Millisecond, File: file, Secrets: secrets, Say: func(s string) {
		mu.Lock()
		defer mu.Unlock()
		remarks = append(remarks, s)
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	go func() {
		for !enough() && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
	}()
	accounts, err = r.Run(ctx)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	return lines(t, name), remarks, accounts
}

// One target that never comes back, and does not even heed its context, holds
// up nobody: neither the others nor the end.
func TestStuckTargetHoldsUpNobody(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	stuck := &fake{answer: func(context.Context, int) ([]Reading, error) { <-never; return nil, nil }}
	well := &fake{answer: func(_ context.Context, n int) ([]Reading, error) {
		return []Reading{{"b", "", "looks", float64(n)}}, nil
	}}
	rows, remarks, accounts := recorded(t, []Target{
		{Name: "stuck", Component: "a", Service: true, Sampler: stuck},
		{Name: "well", Component: "b", Sampler: well},
	}, nil, func() bool { return well.count() >= 40 })
	if stuck.count() != 1 {
		t.Errorf("a sampler that has not come back is asked again: %d looks", stuck.count())
	}
	n := 0
	for _, row := range rows {
		if strings.Contains(row, ",b,,looks,") {
			n++
		}
	}
	if n < 39 {
		t.Errorf("%d samples of the target that is well, of 40", n)
	}
	if len(remarks) != 1 || remarks[0] != "stuck: no answer within 250ms; there is a gap until it answers" {
		t.Errorf("remarks: %q", remarks)
	}
	if a := accounts[0]; !a.IsDown || a.Samples != 0 || a.Missed == 0 || a.Gaps != 1 {
		t.Errorf("account: %+v", a)
	}
}

// A target that is slower than its time-out is slow, and what it says late
// counts nevertheless.
func TestSlowAnswersCount(t *testing.T) {
	slow := &fake{answer: func(ctx context.Context, n int) ([]Reading, error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(2 * timeoutOf(20*time.Millisecond)):
			return []Reading{{"app", "", "up", 1}, {"app", "", "looks", float64(n)}}, nil
		}
	}}
	rows, remarks, accounts := recorded(t, []Target{{Name: "app", Component: "app", Service: true, Sampler: slow}}, nil, func() bool { return slow.count() >= 3 })
	n := 0
	for _, row := range rows {
		if strings.Contains(row, ",app,,looks,") {
			n++
		}
		if strings.Contains(row, ",app,,up,1") {
			t.Error("an instant is up and is not")
		}
	}
	if n < 2 || accounts[0].Late != n || accounts[0].Samples != 0 || accounts[0].Gaps != 1 {
		t.Errorf("%d late readings, %+v", n, accounts[0])
	}
	if len(remarks) != 2 || remarks[1] != "app: its answers come after more than 250ms; they count from when they were asked for" {
		t.Errorf("remarks: %q", remarks)
	}
}

// A target goes and comes back: a gap, up = 0, and two remarks without secrets.
func TestGap(t *testing.T) {
	secrets := &Secrets{}
	secrets.Add("hunter2")
	f := &fake{answer: func(_ context.Context, n int) ([]Reading, error) {
		if n > 3 && n <= 6 {
			return nil, fmt.Errorf("dial hunter2@db: attempt %d", n)
		}
		return []Reading{{"database", "", "connections", 5}}, nil
	}}
	rows, remarks, accounts := recorded(t, []Target{{Name: "db", Component: "database", Service: true, Sampler: f}}, secrets,
		func() bool { return f.count() >= 10 })
	var ups []string
	for _, row := range rows {
		if _, up, ok := strings.Cut(row, ",database,,up,"); ok {
			ups = append(ups, up)
		}
	}
	if got := strings.Join(ups[:9], ""); got != "111000111" {
		t.Errorf("up: %s", got)
	}
	if len(remarks) != 2 || remarks[0] != "db: dial ***@db: attempt 4; there is a gap until it answers" || !strings.HasPrefix(remarks[1], "db: answers again after 0.") {
		t.Errorf("remarks: %q", remarks)
	}
	if a := accounts[0]; a.IsDown || a.Missed != 3 || a.Gaps != 1 || a.Down <= 0 {
		t.Errorf("account: %+v", a)
	}
}

// A doubt is said once and is no gap; nothing at all is neither.
func TestDoubts(t *testing.T) {
	f := &fake{answer: func(_ context.Context, n int) ([]Reading, error) {
		return []Reading{{"a", "", "x", 1}}, &Doubt{"half of it is hidden"}
	}}
	idle := &fake{answer: func(context.Context, int) ([]Reading, error) { return nil, nil }}
	_, remarks, accounts := recorded(t, []Target{{Name: "f", Sampler: f}, {Name: "idle", Sampler: idle}}, nil, func() bool { return f.count() >= 5 })
	if !slices.Equal(remarks, []string{"f: half of it is hidden"}) {
		t.Errorf("remarks: %q", remarks)
	}
	if a := accounts[1]; a.Missed != 0 || a.Samples != 0 {
		t.Errorf("account: %+v", a)
	}
}

// Of two accounts of a figure the one of the lower rank is kept, once a sample.
func TestOwners(t *testing.T) {
	give := func(v float64) *fake {
		return &fake{answer: func(context.Context, int) ([]Reading, error) {
			return []Reading{{"app", "", "memory_bytes", v}, {"app", "", "memory_bytes", v + 1}, {"app", "", fmt.Sprintf("own_%v", v), v}}, nil
		}}
	}
	endpoint, system := give(2), give(1)
	rows, _, _ := recorded(t, []Target{
		{Name: "endpoint", Sampler: endpoint, Rank: rankEndpoint}, {Name: "system", Sampler: system, Rank: rankProcess},
	}, nil, func() bool { return endpoint.count() >= 10 && system.count() >= 10 })
	for _, row := range rows {
		if _, v, ok := strings.Cut(row, ",app,,memory_bytes,"); ok && v != "1" {
			t.Errorf("a second account: %s", row)
		}
	}
	if !strings.Contains(strings.Join(rows, "\n"), "own_2") {
		t.Error("the endpoint's own figure is missing")
	}
}

func TestTicksAreAligned(t *testing.T) {
	for _, every := range []time.Duration{100 * time.Millisecond, 2 * time.Second, 7 * time.Second} {
		now := time.Unix(1795478519, 123456789)
		next := nextTick(now, every)
		if d := next.Sub(now); d <= 0 || d > every || next.UnixNano()%int64(every) != 0 {
			t.Errorf("every %v: %v after now", every, d)
		}
		if again := nextTick(next, every); again.Sub(next) != every {
			t.Errorf("every %v: the tick after a tick is %v later", every, again.Sub(next))
		}
	}
}
