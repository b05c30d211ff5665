package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/pflag"

	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/record"
)

// The exit statuses. When several apply the order is 2, 1, 3, 0.
const (
	exitPass       = 0 // done; for a gate: every target was met
	exitMissed     = 1 // a target was missed
	exitTrouble    = 2 // usage, or input that cannot be read
	exitUnmeasured = 3 // a target could not be measured, or there was none
)

// A verb is one command of peakload.
type verb struct {
	name string
	run  func(args []string, s streams) (status int, err error)
	help string
	// declare declares the verb's flags, as run does.
	declare func(*pflag.FlagSet)
}

// verbs lists the commands in the order of the help.
func verbs() []verb {
	return []verb{
		{"report", runReport, reportHelp, new(reportFlags).declare},
		{"check", runCheck, checkHelp, new(checkFlags).declare},
		{"explain", runExplain, explainHelp, new(inputs).declare},
		{"record", runRecord, recordHelp, new(recordFlags).declare},
		{"init", runInit, initHelp, new(initFlags).declare},
		{"schema", runSchema, schemaHelp, func(*pflag.FlagSet) {}},
		{"completion", runCompletion, completionHelp, func(*pflag.FlagSet) {}},
		{"man", runMan, manHelp, func(*pflag.FlagSet) {}},
	}
}

const mainHelp = `peakload turns a load test into a document a team can trust.

Usage
  peakload report RESULTS            analyse a run and fill in the document
  peakload check RESULTS             judge a run against its targets (the CI gate)
  peakload explain FIGURE RESULTS    show where a figure comes from
  peakload record -- COMMAND         sample machine and services around a run
  peakload init                      write a document to start from
  peakload schema results|config     the JSON Schema of results.json, or of
                                     peakload.yaml
  peakload help VERB                 all flags of a verb, with examples
  peakload completion bash|zsh|fish  what makes the Tab key complete flags
  peakload man                       the manual page
  peakload version

RESULTS is a Locust CSV prefix (peak_load_results), any one of its files, or a
folder that holds one run. What lies beside it and belongs to the run is read
too: _stats.csv, _stats_history.csv, _failures.csv, _exceptions.csv, the HTML
report, --json-file output and the log, also as .gz or .zst.

Examples
  peakload report peak_load_results -d PEAK_LOAD_RESULTS.md -w
  peakload report results/ -d results.md -o filled.md --html report.html
  peakload check peak_load_results --target 'p95 < 800ms' --target 'errors < 1%'
  peakload explain p95@peak peak_load_results
`

// errUsage marks errors that the person at the keyboard can mend by reading
// the help.
type errUsage struct{ msg, verb string }

func (e *errUsage) Error() string { return e.msg }

func usage(verb, format string, a ...any) error {
	return &errUsage{fmt.Sprintf(format, a...), verb}
}

// run is the program: a function of its arguments and streams.
func run(args []string, s streams) int {
	status, err := dispatch(args, s)
	if err == nil {
		return status
	}
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintf(s.err, "peakload: %s\n", printable(record.HidePasswords(line)))
	}
	if u := (*errUsage)(nil); errors.As(err, &u) {
		fmt.Fprintf(s.err, "Try 'peakload help%s'.\n", strings.TrimRight(" "+u.verb, " "))
	}
	return exitTrouble
}

func dispatch(args []string, s streams) (int, error) {
	if len(args) == 0 {
		fmt.Fprint(s.err, mainHelp)
		return exitTrouble, nil
	}
	switch args[0] {
	case "help", "--help", "-h":
		return exitPass, help(args[1:], s.out)
	case "version", "--version":
		fmt.Fprintf(s.out, "peakload %s\n", version())
		return exitPass, nil
	}
	for _, v := range verbs() {
		if v.name != args[0] {
			continue
		}
		status, err := v.run(args[1:], s)
		if errors.Is(err, pflag.ErrHelp) {
			fmt.Fprint(s.out, v.help)
			return exitPass, nil
		}
		return status, err
	}
	return 0, noVerb(args[0])
}

// noVerb says that there is no such verb, and which is meant.
func noVerb(name string) error {
	names := []string{"help", "version"}
	for _, v := range verbs() {
		names = append(names, v.name)
	}
	if near := plan.Nearest(name, names); near != "" {
		return usage("", "there is no verb %q; did you mean %s?", name, near)
	}
	return usage("", "there is no verb %q: it is one of %s", name, strings.Join(names, ", "))
}

func help(args []string, w io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(w, mainHelp)
		return nil
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			fmt.Fprint(w, v.help)
			return nil
		}
	}
	return noVerb(args[0])
}

// version returns the module's version as the build recorded it, else the
// commit that was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "(devel) " + s.Value
		}
	}
	return "(devel)"
}

// flagSet returns a verb's flag set: order as declared, no output of its own.
func flagSet(name string) *pflag.FlagSet {
	fs := pflag.NewFlagSet(name, pflag.ContinueOnError)
	fs.SortFlags = false
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	return fs
}

// parse parses a verb's arguments and wants exactly n positional ones.
func parse(fs *pflag.FlagSet, args []string, positional ...string) error {
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return err
		}
		return usage(fs.Name(), "%v%s", err, meant(fs, err))
	}
	switch n := fs.NArg(); {
	case n < len(positional):
		return usage(fs.Name(), "%s needs %s", fs.Name(), strings.Join(positional[n:], " and "))
	case n > len(positional):
		return usage(fs.Name(), "%s takes %d argument(s); %q is one too many", fs.Name(), len(positional), fs.Arg(len(positional)))
	}
	return nil
}

// meant names the flag that was meant by one that there is not.
func meant(fs *pflag.FlagSet, err error) string {
	wrong := (*pflag.NotExistError)(nil)
	if !errors.As(err, &wrong) || len(wrong.GetSpecifiedName()) < 2 {
		return ""
	}
	var names []string
	fs.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := plan.Nearest(wrong.GetSpecifiedName(), names); near != "" {
		return "; did you mean --" + near + "?"
	}
	return ""
}

// printable makes outside text safe for a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s)
}
