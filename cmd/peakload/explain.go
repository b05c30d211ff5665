package main

import (
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/explain"
)

const explainHelp = `Usage: peakload explain FIGURE RESULTS [flags]

Shows where a figure comes from: files, rows, formula and limits.

FIGURE is METRIC[@PHASE][ in 'METHOD NAME'], as in targets, with the metrics
pNN mean max errors rps outages requests failures.

` + inputHelp + `
Examples
  peakload explain p95 peak_load_results
  peakload explain "mean@ramp-up in 'GET /feed'" results/
  peakload explain app.cpu results/
  peakload explain "breaking point" results/
  peakload explain "bottleneck 1" results/
  peakload explain "expectation 3" results/ -d results.md
Others: database.connections rate_limit.writer, and what the document says:
capacity, max users, max rps, knee, recovery, bottlenecks, ruled out, issues,
P0, recommendations, scaling, degradation, mechanisms, expectations, lessons,
pool, timeouts, database errors, rate limit, stability, targets.
`

func runExplain(args []string, s streams) (int, error) {
	var in inputs
	fs := flagSet("explain")
	in.declare(fs)
	if err := parse(fs, args, "FIGURE", "RESULTS"); err != nil {
		return 0, err
	}
	if t, ok := explain.Asks(fs.Arg(0)); ok {
		in.figures = []plan.Target{t}
	}
	j, err := in.open(fs.Arg(1), false, s)
	if err != nil {
		return 0, err
	}
	return exitPass, explain.Figure(s.out, j.analysis, fs.Arg(0))
}
