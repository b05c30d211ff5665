package main

import (
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/render/text"
)

const checkHelp = `Usage: peakload check RESULTS [flags]

Judges a run against its targets and prints the verdicts. This is the gate for
CI: what could not be measured does not pass.

` + inputHelp + `                          Without -d, given targets are the only ones.

What is written
      --json FILE         every figure with its source, for machines

Exit status
  0  every target was met (borderline ones included, and marked)
  1  a target was missed
  2  usage, or input that cannot be read
  3  a target could not be measured, or there is no target

Examples
  peakload check peak_load_results -d PEAK_LOAD_RESULTS.md
  peakload check results/ --target 'p95 < 800ms' --target 'errors < 1% @run'
`

func runCheck(args []string, s streams) (int, error) {
	var in inputs
	var jsonFile string
	fs := flagSet("check")
	in.declare(fs)
	fs.StringVar(&jsonFile, "json", "", "")
	if err := parse(fs, args, "RESULTS"); err != nil {
		return 0, err
	}
	j, err := in.open(fs.Arg(0), true, s)
	if err != nil {
		return 0, err
	}
	if jsonFile != "" {
		report.Fill(j.doc, j.analysis) // the document's counts are part of the JSON
		data, err := resultsJSON(j)
		if err != nil {
			return 0, err
		}
		if err := writeFile(jsonFile, data); err != nil {
			return 0, plainError(err)
		}
	}
	if in.doc == "" && len(in.targets) == 0 {
		fmt.Fprintf(s.err, "judged by the targets of the %s; state yours with -d FILE or --target\n", builtinName)
	}
	if err := text.Verdict(s.out, j.analysis, text.Options{Color: coloured(s)}); err != nil {
		return 0, err
	}
	return status(j.analysis.Verdict), nil
}

// coloured reports whether standard output is a terminal whose user has not
// asked for no colour (https://no-color.org).
func coloured(s streams) bool {
	f, ok := s.out.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}
