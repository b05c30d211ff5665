package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/render/github"
	"github.com/peakload/peakload/report/render/junit"
	"github.com/peakload/peakload/report/render/text"
)

const checkHelp = `Usage: peakload check RESULTS [flags]

Judges a run against its targets and prints the verdicts. This is the gate for
CI: what could not be measured does not pass.

` + inputHelp + `                          Without -d, given targets are the only ones.
      --max-regression LIMIT  how much worse than the baseline a metric may be:
                          p95=10%, rps=5%, errors=1pp; repeatable. Judged by
                          the interval of the difference: what the noise of the
                          runs hides cannot be told, and does not pass

What is written
      --json FILE         every figure with its source, for machines
      --junit FILE        one test case a target; not measured is an error
      --github            annotations at the targets' lines in the document, and
                          the summary of the step ($GITHUB_STEP_SUMMARY)
      --comment FILE      a comment for a pull or merge request, in Markdown:
                          verdict, comparison, and the full report folded

Exit status
  0  every target was met (borderline ones included, and marked)
  1  a target was missed
  2  usage, or input that cannot be read
  3  a target could not be measured, or there is no target

Examples
  peakload check peak_load_results -d PEAK_LOAD_RESULTS.md
  peakload check results/ --target 'p95 < 800ms' --target 'errors < 1% @run'
`

// checkFlags are the flags of check.
type checkFlags struct {
	inputs
	json, junit, comment string
	github               bool
}

func (f *checkFlags) declare(fs *pflag.FlagSet) {
	f.inputs.declare(fs)
	fs.StringArrayVar(&f.maxRegressions, "max-regression", nil, "")
	fs.StringVar(&f.json, "json", "", "")
	fs.StringVar(&f.junit, "junit", "", "")
	fs.StringVar(&f.comment, "comment", "", "")
	fs.BoolVar(&f.github, "github", false, "")
}

func runCheck(args []string, s streams) (int, error) {
	var f checkFlags
	fs := flagSet("check")
	f.declare(fs)
	if err := parse(fs, args, "RESULTS"); err != nil {
		return 0, err
	}
	if err := distinct("check", f.doc, f.outputs()); err != nil {
		return 0, err
	}
	j, err := f.open(fs.Arg(0), true, s)
	if err != nil {
		return 0, err
	}
	// The document's counts are part of the JSON, and its text of the comment.
	report.Fill(j.doc, j.analysis)
	files, err := rendered(j, f.outputs())
	if err != nil {
		return 0, err
	}
	if err := writeFiles(files, s); err != nil {
		return 0, err
	}
	if f.doc == "" && len(f.targets)+len(f.maxRegressions) == 0 {
		fmt.Fprintf(s.err, "judged by the targets of the %s; state yours with -d FILE or --target\n", builtinName)
	}
	table := s
	if takesStdout(f.outputs()) {
		table.out = s.err
	}
	if err := text.Verdict(table.out, j.analysis, text.Options{Color: coloured(table)}); err != nil {
		return 0, err
	}
	if f.github {
		if err := tellGitHub(j.analysis, s); err != nil {
			return 0, err
		}
	}
	return status(j.analysis.Verdict), nil
}

// outputs lists what check writes besides the table.
func (f *checkFlags) outputs() []output {
	return []output{
		{"--json", f.json, func(j *job, _ []byte) ([]byte, error) { return resultsJSON(j) }},
		{"--junit", f.junit, func(j *job, _ []byte) ([]byte, error) { return junitXML(j) }},
		{"--comment", f.comment, func(j *job, filled []byte) ([]byte, error) { return github.Comment(j.analysis, filled), nil }},
	}
}

// junitXML renders the verdicts for a CI server.
func junitXML(j *job) ([]byte, error) {
	var b bytes.Buffer
	err := junit.Write(&b, j.analysis)
	return b.Bytes(), err
}

// tellGitHub annotates the targets' lines and appends to the step's summary.
func tellGitHub(a *analyze.Analysis, s streams) error {
	root := os.Getenv("GITHUB_WORKSPACE")
	if err := github.Annotations(s.out, a, func(file string) string { return inRepository(root, file) }); err != nil {
		return err
	}
	name := os.Getenv("GITHUB_STEP_SUMMARY")
	if name == "" {
		fmt.Fprintln(s.err, "--github: there is no $GITHUB_STEP_SUMMARY here, so that no summary was written")
		return nil
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return plainError(err)
	}
	_, err = file.Write(github.Summary(a))
	return errors.Join(err, file.Close())
}

// inRepository returns a file's name relative to the repository that root (""
// the current folder) is, with slashes; "" where it is no file there.
func inRepository(root, file string) string {
	if root == "" {
		root = "."
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return ""
	}
	at, err := filepath.Abs(file)
	if err != nil {
		return ""
	}
	if _, err := os.Stat(at); err != nil {
		return ""
	}
	rel, err := filepath.Rel(root, at)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}

// coloured reports whether standard output is a terminal whose user has not
// asked for no colour (https://no-color.org).
func coloured(s streams) bool {
	f, ok := s.out.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}
