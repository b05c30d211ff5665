package analyze

import (
	"fmt"
	"math"

	"github.com/peakload/peakload/analyze/internal/stats"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
)

// What a comparison needs to call a difference one (methods.md §5.3).
const (
	// material is the least relative change that one run against one run can
	// show: below it lies what two runs of the same system differ by.
	material = .10
	// materialErrors is the same for error rates, absolute.
	materialErrors = .001
	// enoughBlocks is the number of independent stretches that each run needs
	// for an interval that can be believed.
	enoughBlocks = 6
	// overwhelming is the factor that settles a comparison of shorter runs, when
	// every ten seconds of the one lie beyond every ten seconds of the other by
	// at least that.
	overwhelming = 2.0
	// falseShare is the share of false differences allowed among the rows that
	// are called different.
	falseShare = .10
)

// compare puts this run's peak beside the baseline's.
//
// A row's interval comes from the spread of non-overlapping windows of ten
// seconds within each run (methods.md §5.3), so that it holds what a run's own
// noise can do; what one run differs from the next by is in no single run, and
// every comparison says so.
func compare(now, baseline *basis, how plan.Count429) *Comparison {
	cmp := &Comparison{Label: baseline.label, Current: now.label, Notes: comparisonNotes(now, baseline)}
	var judged []judgement
	for _, m := range comparedMetrics {
		row := ComparisonRow{Metric: m.name, Baseline: baseline.figures[m.name], Current: now.figures[m.name]}
		var j judgement
		if m.name == "error_rate" {
			j = compareErrors(row, baseline.sample, now.sample, how)
		} else {
			j = compareLevels(row, baseline.levels(m), now.levels(m))
		}
		judged = append(judged, j)
	}
	judged = append(judged, compareCPU(now.cpu, baseline.cpu))
	ps := make([]float64, len(judged))
	for i, j := range judged {
		ps[i] = j.p
	}
	for i, stands := range stats.BenjaminiHochberg(ps, falseShare) {
		cmp.Rows = append(cmp.Rows, judged[i].verdict(stands))
	}
	return cmp
}

// plateau is the stretch of a run that is compared: its peak phase, else all of
// it.
func plateau(c *context) (Window, string) {
	if p := c.peak(); p != nil {
		return p.Window, "peak"
	}
	if c.history != nil {
		return c.history0, "whole history, for it has no plateau"
	}
	return c.whole, "whole run, for there is no history"
}

// comparisonNotes says what stands between the two runs and a fair comparison.
func comparisonNotes(now, baseline *basis) []string {
	var notes []string
	if now.plateau != "peak" || baseline.plateau != "peak" {
		notes = append(notes, fmt.Sprintf("Compared: this run's %s with the baseline's %s.", now.plateau, baseline.plateau))
	}
	u, v := now.users, baseline.users
	if u > 0 && v > 0 && math.Abs(float64(u-v)) > .05*float64(v) {
		notes = append(notes, fmt.Sprintf("The loads differ: %d users here, %d in the baseline. The differences are what that load does, not only what changed in the system.", u, v))
	}
	if m, ok := mixOf(now, baseline); ok && m.moved > .05 {
		s := fmt.Sprintf("The mix of requests differs: %.0f%% of the requests go to other endpoints than in the baseline.", 100*m.moved)
		if !math.IsNaN(m.own) && !math.IsNaN(m.mix) {
			show := func(x float64) string {
				return measure.Format(measure.Of(x, measure.Seconds), measure.Style{Signed: true})
			}
			s += fmt.Sprintf(" Of the mean latency's difference, %s is the endpoints' own and %s comes from the mix.", show(m.own), show(m.mix))
		}
		notes = append(notes, s)
	}
	return append(notes, "One run against one run: how much two runs of the same system differ cannot be seen from them. Repeat both to be sure of small differences.")
}

// tooShort says how much longer the shorter of two runs should be: neighbouring
// windows are alike, so that they tell less than their number.
func tooShort(stretches float64) string {
	return fmt.Sprintf("the shorter run varies too slowly for its length, so that it counts as %.1f independent stretches, and it takes %d: keep the peak %s times as long",
		stretches, enoughBlocks, measure.Format(measure.Of(math.Ceil(2*enoughBlocks/math.Max(stretches, 1))/2, measure.Count), measure.Style{Plain: true}))
}

func peakUsers(w Window) int { return max(w.UsersFrom, w.UsersTo) }

// A judgement is a row with what its verdict rests on.
type judgement struct {
	row ComparisonRow
	p   float64 // of the test that nothing changed; NaN: no test
	// cannot is why nothing can be told; "" when something can.
	cannot string
	// sure: the difference needs no test.
	sure string
	// apart: the interval excludes no change, and so does what the figures
	// are known within.
	apart, material bool
}

// verdict turns a judgement into its row; stands says that the difference
// survives among the others.
func (j judgement) verdict(stands bool) ComparisonRow {
	r := j.row
	how := describe(r)
	switch {
	case j.sure != "":
		r.Significant, r.Why = Yes, "changed"+how+": "+j.sure
	case j.cannot != "":
		r.Why = "cannot tell: " + j.cannot
	case j.apart && stands && j.material:
		r.Significant, r.Why = Yes, "changed"+how
	case j.apart && stands:
		r.Why = fmt.Sprintf("probably changed%s; less than %.0f%%, which two runs of the same system may differ by", how, 100*material)
	default:
		r.Significant, r.Why = No, "no evidence of a change"+how
	}
	return r
}

func describe(r ComparisonRow) string {
	x, ok := r.Relative.Float()
	switch {
	case !ok || x == 0:
		return ""
	case x >= 2: // per cent are hard to read beyond that
		return fmt.Sprintf(", to %.3g times the baseline", 1+x)
	}
	return " by " + measure.Format(r.Relative, measure.Style{Signed: true})
}

// compareLevels judges a metric whose windows spread around a level.
func compareLevels(row ComparisonRow, base, current levels) judgement {
	j := judgement{row: row, p: math.NaN()}
	b, ok := row.Baseline.Float()
	x, ok2 := row.Current.Float()
	if !ok || !ok2 || b <= 0 || x <= 0 {
		return j.missing()
	}
	if row.Baseline.Vague() || row.Current.Vague() {
		j.row.Difference = measure.None(row.Current.Unit(), measure.NotDerivable, "a history with --csv-full-history of both runs")
		j.row.Relative = measure.None(measure.Ratio, measure.NotDerivable, j.row.Difference.Need())
		j.cannot = "one of the figures is known only within wide limits"
		return j
	}
	bl, bh, _ := row.Baseline.Limits()
	xl, xh, _ := row.Current.Limits()
	effect := math.Log(x / b)
	low, high := math.Log(max(xl, 1e-12)/bh), math.Log(xh/max(bl, 1e-12))
	distinct := xl > bh || xh < bl
	j.material = math.Abs(effect) > math.Log1p(material)

	shortest := min(base.independent(), current.independent())
	se, df := spread(base, current)
	if df > 0 && !math.IsNaN(se) && !math.IsInf(se, 0) {
		half := stats.StudentQuantile(.05, df) * se
		j.apart = math.Abs(effect) > half && distinct
		if j.p = 0; se > 0 {
			j.p = stats.StudentTail(effect/se, df)
		} else if effect == 0 {
			j.p = 1
		}
		if shortest >= enoughBlocks {
			low, high = min(low, effect-half), max(high, effect+half)
		}
	}
	switch {
	case base.beyond(current) || current.beyond(base):
		if distinct && math.Abs(effect) >= math.Log(overwhelming) {
			j.sure = fmt.Sprintf("every ten seconds of the one run lie beyond all of the other by more than a factor of %.0f", overwhelming)
		}
	case len(base.values) == 0 || len(current.values) == 0:
		if factor := max(xl/bh, bl/xh); factor >= overwhelming && min(base.length, current.length) >= 3*windowLength {
			j.sure = fmt.Sprintf("the limits of the two figures lie more than a factor of %.0f apart", overwhelming)
		} else if !distinct {
			j.cannot = "the limits of the two figures overlap, and the runs do not show how they vary in time"
		} else {
			j.cannot = "the runs do not show how this figure varies in time"
		}
	}
	if j.cannot == "" && shortest < enoughBlocks {
		j.cannot = tooShort(shortest)
	} else if j.cannot == "" && !distinct && math.Abs(effect) > 0 && len(base.values) > 0 && j.p <= .05 {
		j.cannot = "the difference is within what the two percentiles are known to"
	}
	if j.cannot != "" && j.sure == "" {
		j.p = math.NaN()
	}
	method := measure.Estimated
	if len(base.values) == 0 || shortest < enoughBlocks {
		method = measure.Bounded
	}
	formula := measure.Source{Formula: "current ÷ baseline − 1; limits: 95% interval from windows of ten seconds (moving-block bootstrap), widened to what the figures are known within"}
	if method == measure.Bounded {
		formula.Formula = "current ÷ baseline − 1; limits: what the two figures are known within, without the runs' own noise"
	}
	j.row.Relative = measure.Within(math.Expm1(effect), math.Expm1(low), math.Expm1(high), measure.Ratio, method, formula)
	j.row.Difference = measure.Within(x-b, min(b*math.Expm1(low), xl-bh), max(b*math.Expm1(high), xh-bl), row.Current.Unit(), method, formula)
	return j
}

// missing finishes a judgement on figures that one of the runs lacks, or that
// are zero.
func (j judgement) missing() judgement {
	r := &j.row
	r.Difference = measure.Difference(r.Current, r.Baseline)
	r.Relative = measure.None(measure.Ratio, measure.NotApplicable, "")
	switch {
	case !r.Baseline.Measured():
		r.Relative = measure.Quotient(r.Baseline, r.Baseline, measure.Ratio)
		j.cannot = "the baseline lacks this figure"
	case !r.Current.Measured():
		r.Relative = measure.Quotient(r.Current, r.Current, measure.Ratio)
		j.cannot = "this run lacks this figure"
	default:
		j.cannot = "one of the figures is zero"
	}
	return j
}

// compareErrors judges the error rates by a test of two proportions in which
// failures that come in clusters count for less.
func compareErrors(row ComparisonRow, base, current sample, how plan.Count429) judgement {
	j := judgement{row: row, p: math.NaN()}
	b, ok := row.Baseline.Float()
	x, ok2 := row.Current.Float()
	if !ok || !ok2 {
		return j.missing()
	}
	j.row.Difference = measure.Difference(row.Current, row.Baseline)
	j.row.Relative = measure.None(measure.Ratio, measure.NotApplicable, "")
	if b > 0 {
		j.row.Relative = measure.Quotient(j.row.Difference, row.Baseline, measure.Ratio)
	}
	bl, bh, _ := row.Baseline.Limits()
	xl, xh, _ := row.Current.Limits()
	if how == plan.As429Separate && !(row.Baseline.IsExact() && row.Current.IsExact() && b == 0 && x == 0) {
		j.cannot = "429s are taken off, and when they happened is known only within limits"
		return j
	}
	blocks := min(base.seconds, current.seconds) / 30
	df := float64(len(base.windows) + len(current.windows) - 2)
	if x == 0 && b == 0 {
		return j // nothing failed in either, however short they are
	}
	if df <= 0 || len(base.windows) == 0 || len(current.windows) == 0 {
		j.cannot = "the runs do not show how failures vary in time"
		return j
	}
	phi := max(base.overdispersion(), current.overdispersion())
	p, q := base.proportion(phi), current.proportion(phi)
	if p.N == 0 || q.N == 0 {
		j.cannot = "no requests in the windows of one of the runs"
		return j
	}
	low, high, score := stats.ProportionDifference(p, q, stats.StudentQuantile(.05, df))
	if !math.IsNaN(score) {
		j.p = stats.StudentTail(score, df)
	}
	src := measure.Source{Formula: fmt.Sprintf("current − baseline; limits: 95%% interval of two proportions (Newcombe), failures counted as %.1f times clustered", phi)}
	j.row.Difference = measure.Within(x-b, min(low, xl-bh), max(high, xh-bl), measure.Ratio, measure.Estimated, src)
	if b > 0 {
		l, h, _ := j.row.Difference.Limits()
		j.row.Relative = measure.Within((x-b)/b, l/b, h/b, measure.Ratio, measure.Estimated, src)
	}
	j.apart = low > 0 || high < 0
	j.material = math.Abs(x-b) > max(material*b, materialErrors)
	if rates := [2]levels{base.errorLevels(), current.errorLevels()}; (rates[0].beyond(rates[1]) || rates[1].beyond(rates[0])) && math.Abs(x-b) >= 10*materialErrors {
		j.sure = fmt.Sprintf("every ten seconds of the one run failed more than %.0f times as often as any of the other", overwhelming)
	} else if blocks < enoughBlocks {
		j.cannot = tooShort(blocks)
		j.p = math.NaN()
	}
	return j
}
