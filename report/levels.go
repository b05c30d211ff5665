package report

import (
	"fmt"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

// levelColumns recognises the table with one number of users a row and figures
// in its columns.
func levelColumns(t *form.Table) bool {
	if !levels(t) || bandColumns(t) || phaseColumns(t) || rateLimitColumns(t) {
		return false
	}
	for _, h := range t.Header[1:] {
		if _, known := windowFigure(analyze.Window{}, h); known {
			return true
		}
	}
	return false
}

// fillLevels fills the figures of the plateau at each level.
func fillLevels(f *filler, s *form.Section) {
	for _, t := range tables(s, levelColumns) {
		status := column(t, statusNames...)
		if status < 0 {
			status = column(t, "SLO", "Target")
		}
		for _, row := range t.Rows {
			from, to, _ := plan.ParseBand(planned(row.Cells[0]))
			if from != to {
				continue
			}
			p := f.plateau(to)
			for i, c := range row.Cells {
				_, known := windowFigure(analyze.Window{}, header(t, i))
				switch {
				case i == 0 || !open(c):
				case p != nil && i == status:
					f.phaseStatus(c, p, nil)
				case p != nil:
					f.phaseFigure(c, p, header(t, i))
				case i == status:
					put(c, textNotMeasured)
				case known:
					put(c, measure.NotMeasured+f.notes.add("levels", f.noPlateau(to)))
				}
			}
		}
	}
}

// plateau returns the longest plateau at so many users, within a fiftieth; nil
// without one.
func (f *filler) plateau(users float64) *analyze.Phase {
	var best *analyze.Phase
	for i := range f.a.Phases {
		p := &f.a.Phases[i]
		level := float64(p.UsersTo)
		if (p.Kind == analyze.Peak || p.Kind == analyze.Step) && level >= users*.98 && level <= users*1.02 && (best == nil || p.End-p.Start > best.End-best.Start) {
			best = p
		}
	}
	return best
}

func (f *filler) noPlateau(users float64) string {
	if len(f.a.Phases) == 0 {
		return "Not measured: needs the history of the run: run Locust with --csv and keep the file that ends in _stats_history.csv."
	}
	return fmt.Sprintf("Not measured: the run did not stay at %.0f users; needs a plateau at that level.", users)
}
