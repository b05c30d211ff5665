package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

var phaseNames = []string{"Phase", "Stage"}

// phaseColumns recognises the table of phases.
func phaseColumns(t *form.Table) bool {
	return has(t, phaseNames...) && (has(t, "Users", "RPS", "Throughput", "Error Rate", "Avg Latency", "Status"))
}

func readPhases(r *reader, s *form.Section) {
	for _, t := range tables(s, phaseColumns) {
		label, users := labelColumn(t, phaseNames...), column(t, "Users", "Concurrent Users")
		for _, row := range t.Rows {
			slot := cell(row, label)
			if slot == nil || strings.TrimSpace(slot.Text) == "" {
				continue
			}
			name, from, to, ok := plan.ParsePhaseLabel(planned(slot))
			if isWhole(name) {
				continue
			}
			p := plan.Phase{Name: name, Pos: r.at(slot)}
			if ok {
				p.From, p.To = from, to
			}
			if u := cell(row, users); u != nil {
				if a, b, ok := plan.ParseUsers(planned(u)); ok {
					p.UsersFrom, p.UsersTo = a, b
				}
			}
			r.plan.Phases = append(r.plan.Phases, p)
		}
	}
}

func fillPhases(f *filler, s *form.Section) {
	for _, t := range tables(s, phaseColumns) {
		label := labelColumn(t, phaseNames...)
		users, status := column(t, "Users", "Concurrent Users"), column(t, statusNames...)
		decimals := f.decimals(t, label)
		for _, row := range t.Rows {
			slot := cell(row, label)
			if slot == nil || strings.TrimSpace(slot.Text) == "" {
				continue
			}
			phase := f.phaseAt(slot)
			amendWindow(slot, phase, decimals)
			for i, c := range row.Cells {
				switch {
				case i == label:
				case i == users:
					f.phaseUsers(c, phase)
				case i == status:
					f.phaseStatus(c, phase, cell(row, users))
				default:
					f.phaseFigure(c, phase, header(t, i))
				}
			}
		}
	}
}

// phaseAt returns the recorded phase of a row: the one that the analysis
// matched with it, else the one of its name; nil when the run contained none.
func (f *filler) phaseAt(slot *form.Slot) *analyze.Phase {
	for i := range f.a.Phases {
		p := &f.a.Phases[i]
		if p.Planned != nil && p.Planned.Pos.File == f.doc.Name && p.Planned.Pos.Line == slot.Line {
			return p
		}
	}
	name, _, _, _ := plan.ParsePhaseLabel(planned(slot))
	if isWhole(name) {
		return &analyze.Phase{Name: name, Window: f.a.WholeRun}
	}
	for i := range f.a.Phases {
		if p := &f.a.Phases[i]; plan.SamePhase(p.Name, name) {
			return p
		}
	}
	return nil
}

// isWhole recognises the row that sums the phases up.
func isWhole(name string) bool {
	return isTotal(name) || same(name, "Whole Run") || same(name, "Entire Run") || same(name, "Full Run") || same(name, "Total Run")
}

// noPhase is why a row of the table has no figures.
func (f *filler) noPhase() string {
	if len(f.a.Phases) == 0 {
		return f.notes.add("phases", "Not measured: needs the history of the run: run Locust with --csv and keep the file that ends in _stats_history.csv.")
	}
	return f.notes.add("phases", "Not measured: the recorded run does not contain this phase.")
}

func (f *filler) phaseFigure(s *form.Slot, p *analyze.Phase, head string) {
	if !open(s) {
		return
	}
	if unitAfter(s.Original) == "%" && counted(head) {
		head += " (%)" // "Errors" of which the share is asked
	}
	if p == nil {
		if _, known := windowFigure(analyze.Window{}, head); known {
			put(s, measure.NotMeasured+f.noPhase())
		}
		return
	}
	if v, known := windowFigure(p.Window, head); known {
		f.figure(s, v, head, "phase-figures", "")
	}
}

// phaseUsers fills a blank in the Users column: "0–620", "1,000".
func (f *filler) phaseUsers(s *form.Slot, p *analyze.Phase) {
	switch {
	case !open(s):
	case p == nil:
		put(s, measure.NotMeasured+f.noPhase())
	default:
		put(s, usersText(p.Window))
	}
}

func usersText(w analyze.Window) string {
	one := func(n int) string {
		return measure.Format(measure.Of(float64(n), measure.Users), measure.Style{Bare: true})
	}
	if w.UsersFrom == w.UsersTo {
		return one(w.UsersTo)
	}
	return one(w.UsersFrom) + "–" + one(w.UsersTo)
}

// phaseStatus fills the verdict on a phase with what decided it. The planned
// users stay as they were written; where the run had other ones, a footnote
// says so.
func (f *filler) phaseStatus(s *form.Slot, p *analyze.Phase, users *form.Slot) {
	if !open(s) {
		return
	}
	if p == nil {
		put(s, textNotMeasured)
		return
	}
	text := statusText(p.Status)
	if p.Planned == nil && isWhole(p.Name) {
		put(s, "➖ Not judged"+f.notes.add("whole-run", "The whole run is not judged: a target is of the peak unless it says otherwise."))
		return
	}
	switch p.Status {
	case analyze.Fail, analyze.Borderline:
		text = because(text, p.Why)
	case analyze.NotMeasured:
		if p.Why != "" {
			text += f.notes.add("phase-status", notMeasured(p.Why, ""))
		}
	}
	if users != nil && !open(users) {
		from, to, ok := plan.ParseUsers(planned(users))
		if ok && (differ(from, float64(p.UsersFrom)) || differ(to, float64(p.UsersTo))) {
			text += f.notes.add("users", "The Users column states the plan. "+f.usersReached())
		}
	}
	put(s, text)
}

func (f *filler) usersReached() string {
	parts := make([]string, 0, len(f.a.Phases))
	for _, p := range f.a.Phases {
		if p.Planned != nil {
			parts = append(parts, p.Name+" "+usersText(p.Window))
		}
	}
	return "Users recorded: " + strings.Join(parts, ", ") + "."
}

// differ reports whether a planned and a measured level are more than a tenth
// apart.
func differ(planned, measured float64) bool {
	return math.Abs(planned-measured) > 0.1*math.Max(planned, measured)
}

// window is a planned window in a label, with its unit.
var window = regexp.MustCompile(`[(\[][^()\[\]]*[)\]]`)

// moved returns the window in a phase's label, and whether the run's differs
// from it by more than a tenth of its length.
func moved(s *form.Slot, p *analyze.Phase) (at []int, differs bool) {
	_, from, to, ok := plan.ParsePhaseLabel(planned(s))
	at = windowIn(s.Markup())
	if !ok || at == nil || p == nil || to <= 0 {
		return nil, false
	}
	slack := 0.1 * (to - from)
	return at, math.Abs(p.Start-from) > slack || math.Abs(p.End-to) > slack
}

// decimals returns with how many decimals, at most two, the windows of a
// table's labels are written: the same for all rows, so that where one phase
// ends the next begins.
func (f *filler) decimals(t *form.Table, label int) int {
	most := 0
	for _, row := range t.Rows {
		slot := cell(row, label)
		if slot == nil || strings.TrimSpace(slot.Text) == "" {
			continue
		}
		p := f.phaseAt(slot)
		at, differs := moved(slot, p)
		if !differs {
			continue
		}
		_, size := windowUnit(slot.Markup()[at[0]+1:at[1]-1], p.End-p.Start)
		for _, x := range []float64{p.Start / size, p.End / size} {
			most = max(most, needed(x, (p.End-p.Start)/size))
		}
	}
	return most
}

// amendWindow updates the window in a phase's label where the run's differs,
// and takes an earlier update back where not.
func amendWindow(s *form.Slot, p *analyze.Phase, decimals int) {
	if !stated(s.Original) {
		return
	}
	if _, _, _, ok := plan.ParsePhaseLabel(planned(s)); !ok {
		return
	}
	text := s.Markup()
	if at, differs := moved(s, p); differs {
		text = text[:at[0]+1] + windowText(p.Start, p.End, text[at[0]+1:at[1]-1], decimals) + text[at[1]-1:]
	}
	s.Amend(text)
}

// windowIn returns where the last parenthesis of a label with a window stands.
func windowIn(text string) []int {
	all := window.FindAllStringIndex(text, -1)
	for i := len(all) - 1; i >= 0; i-- {
		inside, _, _ := strings.Cut(text[all[i][0]+1:all[i][1]-1], ",")
		if _, _, ok := plan.ParseWindow(inside); ok {
			return all[i]
		}
	}
	return nil
}

// windowUnit returns the unit that a window is planned in and its length in s;
// seconds where two decimals of it do not tell the window's ends apart.
func windowUnit(planned string, length float64) (unit string, size float64) {
	planned, _, _ = strings.Cut(planned, ",")
	unit, size = "s", 1.0
	switch lower := strings.TrimSpace(strings.ToLower(planned)); {
	case strings.Contains(lower, "min"):
		unit, size = "min", 60
	case strings.Contains(lower, "sec"):
		unit = "sec"
	case strings.HasSuffix(lower, "h"), strings.Contains(lower, "hour"):
		unit, size = "h", 3600
	case strings.HasSuffix(lower, "m"):
		unit, size = "m", 60
	}
	if length/size < 0.05 {
		unit, size = "s", 1
	}
	return unit, size
}

// windowText writes a window in the manner of the planned one and in its unit.
func windowText(start, end float64, planned string, decimals int) string {
	unit, size := windowUnit(planned, end-start)
	planned, rest, more := strings.Cut(planned, ",")
	dash := "-"
	if strings.Contains(planned, "–") {
		dash = "–"
	}
	if size == 1 {
		decimals = min(decimals, 1)
	}
	text := instant(start/size, decimals) + dash + instant(end/size, decimals) + " " + unit
	if more {
		text += "," + rest
	}
	return text
}

// needed returns how many decimals, at most two, keep a time within a twentieth
// of its window's length.
func needed(t, length float64) int {
	for n, p := range []float64{1, 10} {
		if r := math.Round(t*p) / p; math.Abs(r-t) <= length/20 {
			return n
		}
	}
	return 2
}

func instant(t float64, decimals int) string {
	p := math.Pow10(decimals)
	return strconv.FormatFloat(math.Round(t*p)/p, 'f', -1, 64)
}
