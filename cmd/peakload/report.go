package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/report/render/html"
	"github.com/peakload/peakload/report/render/json"
)

const inputHelp = `What is read
  -d, --doc FILE          the results document, whose targets, phases and load
                          levels are the plan (default: the built-in document)
      --baseline RESULTS  the run to compare with: its files, or results.json;
                          a folder of results.json shows the trend, too
      --resources FILE    what was captured elsewhere of psql, redis-cli, top,
                          metrics …; repeatable (beside the run it is found)
      --log FILE          the application's log, wherever it is, also .gz or
                          .zst; repeatable (logs beside the run are found)
      --prometheus URL    ask a Prometheus (or Thanos, Mimir, VictoriaMetrics)
                          about the time of the run. To get in: user:password@
                          in the URL, or in the environment a bearer token as
                          PEAKLOAD_PROMETHEUS_TOKEN or any "Name: value" as
                          PEAKLOAD_PROMETHEUS_HEADER; an authority of your own
                          as PEAKLOAD_PROMETHEUS_CA=FILE
      --target TARGET     add a target, or replace the document's; repeatable:
                            METRIC OP NUMBER[UNIT] [@PHASE] [in 'METHOD NAME']
                            'p95 < 800ms'   'errors <= 1%'   'rps > 500'
                            'p99.9 < 2s @ramp-up'  "mean < 50ms in 'GET /feed'"
                          metrics: pNN mean max errors rps outages; the phase is
                          the peak unless said (@run is the whole run)
      --config FILE       settings (default: peakload.yaml, where there is one)
      --count-429 WHICH   error: 429s count as errors, as Locust counts them
                          (default); separate: they do not
`

const reportHelp = `Usage: peakload report RESULTS [flags]

Analyses a run and fills in the blanks of the results document.

` + inputHelp + `
What is written (FILE may be - for standard output)
  -o, --out FILE          the filled document (default: standard output)
  -w, --write             fill the document in place (needs -d)
      --html FILE         one self-contained page with charts
      --json FILE         every figure with its source, for machines
      --junit FILE        one test case a target, for CI servers
      --charts DIR        the charts as SVG files, light and dark; without it
                          those that the document has places for
                          (<!-- peakload:chart NAME -->), beside the document
      --overwrite         replace what people wrote into filled blanks, too
      --check             let the exit status be the verdict (see check)

Exit status: 0 done, 2 usage or unreadable input; with --check also 1 a target
was missed, 3 a target could not be measured.

Examples
  peakload report peak_load_results -d PEAK_LOAD_RESULTS.md -w
  peakload report results/ -o filled.md --html report.html --json results.json
  peakload report peak -d results.md -w --baseline ../sustained/results
`

type reportFlags struct {
	inputs
	out, html, json, junit  string
	charts                  string
	write, overwrite, check bool
}

func (f *reportFlags) declare(fs *pflag.FlagSet) {
	f.inputs.declare(fs)
	fs.StringVarP(&f.out, "out", "o", "", "")
	fs.BoolVarP(&f.write, "write", "w", false, "")
	fs.StringVar(&f.html, "html", "", "")
	fs.StringVar(&f.json, "json", "", "")
	fs.StringVar(&f.junit, "junit", "", "")
	fs.StringVar(&f.charts, "charts", "", "")
	fs.BoolVar(&f.overwrite, "overwrite", false, "")
	fs.BoolVar(&f.check, "check", false, "")
}

func runReport(args []string, s streams) (int, error) {
	var f reportFlags
	fs := flagSet("report")
	f.declare(fs)
	if err := parse(fs, args, "RESULTS"); err != nil {
		return 0, err
	}
	if err := f.validate(); err != nil {
		return 0, err
	}
	j, err := f.open(fs.Arg(0), false, s)
	if err != nil {
		return 0, err
	}
	if f.overwrite {
		j.doc.Overwrite()
	}
	report.Fill(j.doc, j.analysis)
	files := pictures(j, f.charts, f.destination())
	if err := f.publish(j, files, s); err != nil {
		return 0, err
	}
	if f.write {
		for _, old := range outdated(j.doc, f.doc, files) {
			os.Remove(old) // that it is left over harms nothing
		}
	}
	remarks(s, j)
	if f.check {
		return status(j.analysis.Verdict), nil
	}
	return exitPass, nil
}

// An output is a file that the report is written to besides the document.
type output struct {
	flag   string
	name   string // "": not asked for
	render func(j *job, filled []byte) ([]byte, error)
}

// outputs lists every rendering of a report.
func (f *reportFlags) outputs() []output {
	return []output{
		{"--html", f.html, func(j *job, _ []byte) ([]byte, error) { return page(j) }},
		{"--json", f.json, func(j *job, _ []byte) ([]byte, error) { return resultsJSON(j) }},
		{"--junit", f.junit, func(j *job, _ []byte) ([]byte, error) { return junitXML(j) }},
	}
}

// page renders the document filled once more, with marks that lead from its
// figures to their sources.
func page(j *job) ([]byte, error) {
	traced, traces, err := report.Traced(j.doc, j.analysis)
	if err != nil {
		return nil, err
	}
	return html.Page(traced, traces, j.analysis)
}

func resultsJSON(j *job) ([]byte, error) {
	var b bytes.Buffer
	err := json.Write(&b, j.analysis, documentInfo(j.doc))
	return b.Bytes(), err
}

// validate finds flags that contradict each other, and outputs that would
// write over each other or over the document.
func (f *reportFlags) validate() error {
	if f.write && f.doc == "" {
		return usage("report", "-w fills a document in place: name it with -d FILE")
	}
	if f.write && f.out != "" {
		return usage("report", "-w and -o both say where the document goes: choose one")
	}
	if f.out != "" && f.doc != "" && filepath.Clean(f.out) == filepath.Clean(f.doc) {
		return usage("report", "-o names the document itself: use -w to fill it in place")
	}
	return distinct("report", f.doc, append([]output{{flag: "-o", name: f.out}}, f.outputs()...))
}

// distinct refuses outputs that would write over each other or over the
// document.
func distinct(verb, doc string, outputs []output) error {
	taken := map[string]string{}
	for _, o := range append([]output{{flag: "-d", name: doc}}, outputs...) {
		at := filepath.Clean(o.name)
		if other, ok := taken[at]; ok && o.name != "" {
			return usage(verb, "%s and %s name the same file, %s", other, o.flag, o.name)
		}
		taken[at] = o.flag
	}
	return nil
}

// A rendering is an output and what it will hold.
type rendering struct {
	name string
	data []byte
	// folder says that its folder is made where there is none.
	folder bool
}

// rendered renders the outputs that were asked for.
func rendered(j *job, outputs []output) ([]rendering, error) {
	filled := j.doc.Bytes()
	var files []rendering
	for _, o := range outputs {
		if o.name == "" {
			continue
		}
		data, err := o.render(j, filled)
		if err != nil {
			return nil, err
		}
		files = append(files, rendering{name: o.name, data: data})
	}
	return files, nil
}

// toStdout is the name that stands for standard output.
const toStdout = "-"

// takesStdout reports whether one of the outputs goes to standard output.
func takesStdout(outputs []output) bool {
	return slices.ContainsFunc(outputs, func(o output) bool { return o.name == toStdout })
}

func writeFiles(files []rendering, s streams) error {
	for _, o := range files {
		if o.name == toStdout {
			if _, err := s.out.Write(o.data); err != nil {
				return err
			}
			continue
		}
		if o.folder {
			if err := os.MkdirAll(filepath.Dir(o.name), 0o777); err != nil {
				return plainError(err)
			}
		}
		if err := writeFile(o.name, o.data); err != nil {
			return plainError(err)
		}
	}
	return nil
}

// destination is the file that the filled document is written to, "" for
// standard output.
func (f *reportFlags) destination() string {
	switch {
	case f.write:
		return f.doc
	case f.out != "-":
		return f.out
	}
	return ""
}

// publish renders everything before it writes anything.
func (f *reportFlags) publish(j *job, files []rendering, s streams) error {
	others, err := rendered(j, f.outputs())
	if err != nil {
		return err
	}
	files = append(files, others...)
	filled := j.doc.Bytes()
	switch {
	case f.write:
		files = append(files, rendering{name: f.doc, data: filled})
	case f.out != "" && f.out != "-":
		files = append(files, rendering{name: f.out, data: filled})
	case f.out == "" && takesStdout(f.outputs()): // instead of the document
	default:
		if _, err := s.out.Write(filled); err != nil {
			return err
		}
	}
	return writeFiles(files, s)
}

// remarks tells the person at the terminal what they should know: doubts
// about the data, words of theirs that were kept, blanks that nobody filled.
func remarks(s streams, j *job) {
	qualityRemarks(s, j.analysis)
	sum := j.doc.Summary()
	for _, r := range sum.Kept {
		fmt.Fprintf(s.err, "%s:%d: kept your text: %s\n", printable(j.doc.Name), r.Line, printable(r.What))
	}
	for _, r := range slices.Concat(sum.Unknown, sum.Notes) {
		fmt.Fprintf(s.err, "%s:%d: %s: %s\n", printable(j.doc.Name), r.Line, printable(r.What), r.Text)
	}
	fmt.Fprintf(s.err, "%s: %d of %d blanks filled, %d of them \"not measured\"\n", printable(j.doc.Name), sum.Filled, sum.Blanks, notMeasured(j.doc))
	if sum.Blanks == 0 {
		fmt.Fprintf(s.err, "%s: no section or table in it is one that peakload fills; peakload init writes a document that shows them\n", printable(j.doc.Name))
	}
}

func qualityRemarks(s streams, a *analyze.Analysis) {
	for _, n := range a.Quality {
		if n.Severity == loadtest.Info {
			continue
		}
		source := ""
		if n.Source != "" {
			source = n.Source + ": "
		}
		fmt.Fprintf(s.err, "%s: %s%s\n", n.Severity, printable(source), printable(n.Message))
	}
}

// notMeasured counts the blanks that say so.
func notMeasured(doc *form.Doc) int {
	return doc.Count(func(markup string) bool {
		return strings.Contains(strings.ToLower(markup), measure.NotMeasured)
	})
}

func documentInfo(doc *form.Doc) json.DocumentInfo {
	missing := notMeasured(doc)
	return json.DocumentInfo{File: doc.Name, Summary: doc.Summary(), NotMeasured: &missing}
}

// status is the exit status that a verdict means.
func status(v analyze.Verdict) int {
	switch v {
	case analyze.Passed:
		return exitPass
	case analyze.Failed:
		return exitMissed
	}
	return exitUnmeasured
}
