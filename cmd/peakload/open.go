package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/diagnose"
	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/templates"
)

// configName is the configuration that is read without being asked for.
const configName = "peakload.yaml"

// builtinName is what the built-in document is called in messages.
const builtinName = "built-in document"

// inputs are the flags that say what is read; every verb that analyses a run
// has them.
type inputs struct {
	doc        string
	config     string
	baseline   string
	logs       []string
	prometheus string
	// resources are files of captures and other evidence, wherever they are.
	resources []string
	targets   []string
	count429  string
	// maxRegressions limit how much worse than the baseline the run may be.
	maxRegressions []string
	figures        []plan.Target // asked for besides the targets, without a limit
}

func (in *inputs) declare(fs *pflag.FlagSet) {
	fs.StringVarP(&in.doc, "doc", "d", "", "")
	fs.StringVar(&in.config, "config", "", "")
	fs.StringVar(&in.baseline, "baseline", "", "")
	fs.StringArrayVar(&in.resources, "resources", nil, "")
	fs.StringArrayVar(&in.logs, "log", nil, "")
	fs.StringVar(&in.prometheus, "prometheus", "", "")
	fs.StringArrayVar(&in.targets, "target", nil, "")
	fs.StringVar(&in.count429, "count-429", "", "")
}

// A job is a run read and analysed, and the document to fill.
type job struct {
	doc      *form.Doc
	analysis *analyze.Analysis
}

// open reads the document, the configuration and the runs, and analyses.
// gate says that the verdict is all that is asked for: targets given by flag
// without a document are then the only ones.
func (in *inputs) open(results string, gate bool, s streams) (*job, error) {
	flags, err := in.flagPlan()
	if err != nil {
		return nil, err
	}
	config, err := in.configPlan()
	if err != nil {
		return nil, err
	}
	name, src := builtinName, templates.Results
	if in.doc != "" {
		name = in.doc
		if src, err = os.ReadFile(in.doc); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: there is no such document; peakload init %[1]s writes one to start from", in.doc)
		} else if err != nil {
			return nil, plainError(err)
		}
	}
	doc, err := form.Parse(name, src)
	if err != nil {
		return nil, err
	}
	planned, err := report.ReadPlan(doc)
	if err != nil {
		return nil, err
	}
	regressions, err := in.regressions()
	if err != nil {
		return nil, err
	}
	if gate && in.doc == "" && len(in.targets)+len(regressions) > 0 {
		planned.Targets = nil
		config.Targets = nil
	}
	planned = plan.Merge(planned, config, flags)
	planned.Figures = append(planned.Figures, in.figures...)

	meter := newProgress(s.err)
	defer meter.done()
	sources, err := in.sources(planned.Sources)
	if err != nil {
		return nil, err
	}
	sources.Progress = meter.at
	client, err := in.prometheusClient(planned.Sources.Queries)
	if err != nil {
		return nil, err
	}
	current, err := load(results, sources)
	if err != nil {
		return nil, err
	}
	if client != nil {
		if err := ask(client, current); err != nil {
			return nil, err
		}
	}
	before, err := in.past(planned.Sources, current, meter)
	if err != nil {
		return nil, err
	}
	if client != nil {
		askBefore(client, before.baseline, current)
	}
	a := analyze.Run(current, planned, before.baseline)
	a.Trend = a.TrendOver(before.row)
	a.JudgeRegressions(regressions)
	diagnose.Run(a)
	return &job{doc: doc, analysis: a}, nil
}

// regressions are the limits of --max-regression.
func (in *inputs) regressions() ([]plan.Regression, error) {
	var out []plan.Regression
	var errs []error
	for _, text := range in.maxRegressions {
		r, err := plan.ParseRegression(text)
		errs = append(errs, err)
		out = append(out, r)
	}
	if len(out) > 0 && in.baseline == "" {
		errs = append(errs, usage("check", "--max-regression compares with a baseline: name one with --baseline"))
	}
	return out, errors.Join(errs...)
}

// flagPlan is the part of the plan that the command line states.
func (in *inputs) flagPlan() (*plan.Plan, error) {
	p := &plan.Plan{}
	var errs []error
	for _, text := range in.targets {
		t, err := plan.ParseTarget(text, plan.Pos{})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p.Targets = append(p.Targets, t)
	}
	if in.count429 != "" {
		c, err := plan.ParseCount429(in.count429)
		if err != nil {
			errs = append(errs, err)
		}
		p.Count429 = c
	}
	return p, errors.Join(errs...)
}

// configPlan is the part that peakload.yaml states.
func (in *inputs) configPlan() (*plan.Plan, error) {
	name := in.config
	if name == "" {
		name = configName
	}
	src, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && in.config == "" {
		return &plan.Plan{}, nil
	}
	if err != nil {
		return nil, plainError(err)
	}
	return plan.ParseConfig(name, src)
}

// load reads the run that RESULTS names: a folder, or a prefix or file in one.
func load(results string, opts input.Options) (*loadtest.Run, error) {
	dir, target := results, ""
	if info, err := os.Stat(results); err != nil || !info.IsDir() {
		dir, target = filepath.Split(results)
		if target == "" {
			return nil, fmt.Errorf("%s: there is no such folder", results)
		}
	}
	where := dir
	if where == "" {
		where = "."
	}
	if _, err := os.Stat(where); err != nil {
		return nil, plainError(err)
	}
	name := strings.TrimSuffix(dir, string(filepath.Separator))
	return input.Load(input.Folder{Name: name, FS: os.DirFS(where)}, target, opts)
}

// plainError turns an error of the file system into "FILE: what is wrong".
func plainError(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s: there is no such file or folder", p.Path)
		case errors.Is(err, fs.ErrPermission):
			return fmt.Errorf("%s: permission denied", p.Path)
		}
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}
