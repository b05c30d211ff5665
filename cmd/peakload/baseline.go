package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/results"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// A past is what a run is compared with: one run, and perhaps a row of them.
type past struct {
	baseline *loadtest.Run     // nil: none
	row      []*loadtest.Basis // earlier runs, in order of time
}

// past reads what --baseline names: a run, a results.json, or a folder of
// those, of which the last before this run is compared with.
func (in *inputs) past(p plan.Sources, current *loadtest.Run, meter *progress) (past, error) {
	var out past
	if in.baseline == "" {
		return out, nil
	}
	row, err := earlier(in.baseline)
	if err != nil {
		return out, fmt.Errorf("baseline: %w", err)
	}
	if row == nil {
		o := mappings(p)
		o.Progress = meter.at
		if out.baseline, err = load(in.baseline, o); err != nil {
			return out, fmt.Errorf("baseline: %w", err)
		}
		return out, nil
	}
	slices.SortStableFunc(row, func(a, b *loadtest.Basis) int { return a.Start.Compare(b.Start) })
	out.row = row
	last := row[len(row)-1]
	if start := startOf(current); len(row) > 1 && start > 0 {
		// A folder to which this run's own file was added already.
		before := slices.DeleteFunc(slices.Clone(row), func(b *loadtest.Basis) bool { return float64(b.Start.Unix()) >= start-2 })
		if len(before) > 0 {
			last = before[len(before)-1]
		}
	}
	out.baseline = &loadtest.Run{Label: last.Label, Basis: last}
	return out, nil
}

// startOf is the Unix time of a run's first row; 0 unknown.
func startOf(r *loadtest.Run) float64 {
	if h := r.History; h != nil && len(h.Time) > 0 {
		return float64(h.Time[0])
	}
	return 0
}

// earlier reads the results.json that name is, or those of the folder that it
// is; nil where it is something else.
func earlier(name string) ([]*loadtest.Basis, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil // a CSV prefix, or nothing: load says which
	}
	if !info.IsDir() {
		b, err := readResults(name)
		if b == nil || err != nil {
			return nil, err
		}
		return []*loadtest.Basis{b}, nil
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, plainError(err)
	}
	var names []string
	for _, e := range entries {
		switch n := strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".gz"), ".zst"); {
		case strings.HasSuffix(n, "_stats.csv") || strings.HasSuffix(n, "_stats_history.csv"):
			return nil, nil // a run of Locust's
		case e.Type().IsRegular() && strings.HasSuffix(n, ".json"):
			names = append(names, filepath.Join(name, e.Name()))
		}
	}
	var row []*loadtest.Basis
	for _, n := range names {
		b, err := readResults(n)
		if err != nil {
			return nil, err
		}
		if b != nil {
			row = append(row, b)
		}
	}
	return row, nil
}

// readResults reads a results.json; nil where the file is something else.
func readResults(name string) (*loadtest.Basis, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, plainError(err)
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, plainError(err)
	}
	if !results.Sniff(head[:n]) {
		return nil, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, plainError(err)
	}
	return results.Read(f, name)
}
