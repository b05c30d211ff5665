// Package report knows the sections of a results document: what each says of
// the plan and how its blanks are filled from an analysis. It computes no
// figure and formats every one through measure.Format.
package report

import (
	"errors"
	"slices"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

// A section is a part of the document that this package knows.
type section struct {
	name string // as in the built-in document
	// is recognises the section by its heading or by the columns of a table,
	// so that renamed and moved sections are still known.
	is func(*form.Section) bool
	// read adds to the plan what the section states; nil: it states nothing.
	read func(*reader, *form.Section)
	// fill fills the section's blanks; nil: it has none.
	fill func(*filler, *form.Section)
}

// sections lists every section. A heading of the document may be claimed by
// several rows: each looks only at the tables, lists and fields it knows.
// Adding a section is a row here and a file beside this one.
var sections = [...]section{
	{"Test Configuration", setupSection, readSetup, fillSetup},
	{"Monitoring", titled("Test Environment", "Environment", "Monitoring", "Test Configuration", "Test Setup"), nil, fillLinks},
	{"Performance Metrics", func(s *form.Section) bool { return len(places(s)) > 0 }, readPerformance, fillPerformance},
	{"System Behavior Under Load", withTable(phaseColumns), readPhases, fillPhases},
	{"Resource Utilization", withTable(resourceColumns), readResources, fillResources},
	{"Rate Limit Effectiveness", withTable(rateLimitColumns), readRateLimit, fillRateLimit},
	{"Rate Limit Protection", under("Rate Limit Protection", "Rate Limiting"), nil, fillProtection},
	{"Connection Pool Exhaustion", under("Connection Pool", "Pool Exhaustion"), nil, fillPool},
	{"Timeout Errors", under("Timeout"), nil, fillTimeouts},
	{"Database Errors", databaseErrors, nil, fillDatabase},
	{"System Capacity", withTable(capacityColumns), nil, fillCapacity},
	{"Bottlenecks Identified", bottleneckSection, nil, fillBottlenecks},
	{"Graceful Degradation", withTable(bandColumns), readBands, fillBands},
	{"Degradation Mechanisms", under("Degradation", "Mechanism", "Fallback"), nil, fillMechanisms},
	{"Summary", func(*form.Section) bool { return true }, nil, fillSummary},
	{"Issues Identified", issueSection, nil, fillIssues},
	{"Immediate Actions", under("Immediate Action", "Before Production", "Before Go Live", "Before Release", "Short Term", "Quick Win"), nil, fillActions},
	{"Capacity Improvements", under("Capacity Improvement", "Raise Capacity", "Increase Capacity", "More Capacity", "Long Term"), nil, fillImprovements},
	{"Recommendations", titled("Recommendation", "Action Item", "Follow Up Action", "What to Fix", "What to Do"), nil, fillRecommendations},
	{"Scaling Strategy", under("Scaling", "Autoscaling", "Scalability"), nil, fillScaling},
	{"Comparison", withTable(comparisonColumns), readComparison, fillComparison},
	{"Trend", under("Trend", "Run History", "Earlier Run"), nil, fillTrend},
	{"Data Quality", under("Data Quality"), nil, fillQuality},
	{"Next Steps", under("Next Step"), nil, fillNextSteps},
	{"Expected vs Actual", withTable(expectationColumns), readExpectations, fillExpectations},
	{"Expected Result", expectsResult, readResults, fillResults},
	{"Load Levels", withTable(levelColumns), nil, fillLevels},
	{"Lessons Learned", under("Lesson", "Learned", "Key Finding", "Key Takeaway", "Takeaway"), nil, fillLessons},
}

// ReadPlan reads the plan that a document states. The error joins every part
// that cannot be read, each a *plan.Error with file, line, column and the
// offending text.
func ReadPlan(doc *form.Doc) (*plan.Plan, error) {
	r := &reader{file: doc.Name, plan: &plan.Plan{}}
	for _, s := range doc.Sections {
		for _, known := range sections {
			if known.read != nil && known.is(s) {
				known.read(r, s)
			}
		}
	}
	r.settle()
	return r.plan, errors.Join(r.errs...)
}

// settle puts the targets into the plan. Where a document states several of
// one figure, as one with the tables of several runs does, those that still ask
// for the figure hold, each for itself; where none does, the last.
func (r *reader) settle() {
	var kept []plan.Target
next:
	for i, t := range r.targets {
		for j, u := range r.targets {
			if i == j || !t.SameFigure(u.Target) || (t.Op < plan.Greater) != (u.Op < plan.Greater) {
				continue
			}
			again := t.Op == u.Op && t.Limit == u.Limit
			if u.asks && !t.asks || u.asks == t.asks && j > i && (again || !t.asks) {
				continue next
			}
		}
		kept = append(kept, t.Target)
	}
	r.plan.Targets = kept
	r.plan.Figures = slices.DeleteFunc(r.plan.Figures, func(f plan.Target) bool {
		return slices.ContainsFunc(kept, f.SameFigure)
	})
}

// target adds a target; asks says that its figure is to be filled in.
func (r *reader) target(t plan.Target, asks bool) {
	r.targets = append(r.targets, statedTarget{t, asks})
}

// A statedTarget is a target of the document.
type statedTarget struct {
	plan.Target
	asks bool
}

// Fill fills every blank of doc that the document's sections define. What the
// analysis has no figure for reads "not measured" with a footnote that names
// what would give it; what no section knows stays as it is.
func Fill(doc *form.Doc, a *analyze.Analysis) { newFiller(doc, a).fill() }

// fill fills the sections.
func (f *filler) fill() {
	for _, s := range f.doc.Sections {
		for _, known := range sections {
			if known.fill != nil && known.is(s) {
				f.begin()
				known.fill(f, s)
			}
		}
	}
}

// A reader collects the plan.
type reader struct {
	file    string
	targets []statedTarget
	plan    *plan.Plan
	errs    []error
}

// at returns where a slot stands.
func (r *reader) at(s *form.Slot) plan.Pos {
	return plan.Pos{File: r.file, Line: s.Line, Column: s.Column}
}

// bad records a part of the plan that cannot be read.
func (r *reader) bad(s *form.Slot, msg string) {
	r.errs = append(r.errs, &plan.Error{Pos: r.at(s), Text: planned(s), Msg: msg})
}

// planned returns the plan's words in a slot: what stood there before a fill
// appended to it, or what a person made of it since.
func planned(s *form.Slot) string {
	switch {
	case s == nil:
		return ""
	case s.State == form.Written:
		return s.Original
	}
	return s.Text
}
