package plan

// Merge lays peakload.yaml over the document and the command line over both.
// Each may be nil.
//
// A target replaces those of the layers below it that judge the same figure
// (metric, percentile, phase, endpoint), in their place; others are added
// behind. Where the command line has targets and there is no document, only
// those are judged. Setup and comparison labels are replaced field by field;
// phases, user types, bands, expectations and capacities as a whole.
func Merge(document, file, flags *Plan) *Plan {
	var p Plan
	if document != nil {
		p = *document
	}
	// A document may hold a figure to several limits, each in a row of its own.
	for _, l := range []*Plan{file, flags} {
		if l == nil {
			continue
		}
		targets := Unique(l.Targets)
		if l == flags && document == nil && len(targets) > 0 {
			p.Targets = nil
		}
		p.Targets = replace(p.Targets, targets)
		p.Setup = p.Setup.over(l.Setup)
		p.Comparison = p.Comparison.over(l.Comparison)
		p.Phases = either(l.Phases, p.Phases)
		p.Capacities = either(l.Capacities, p.Capacities)
		p.UserTypes = either(l.UserTypes, p.UserTypes)
		p.Bands = either(l.Bands, p.Bands)
		p.Expectations = either(l.Expectations, p.Expectations)
		p.Count429 = stated(l.Count429, p.Count429)
		p.Sources = p.Sources.over(l.Sources)
		p.Recording = p.Recording.over(l.Recording)
	}
	return &p
}

// SameFigure reports whether two targets judge the same figure.
func (t Target) SameFigure(u Target) bool {
	return t.Metric == u.Metric && t.P == u.P && SamePhase(t.Phase, u.Phase) && t.Endpoint == u.Endpoint
}

// upper reports whether the target bounds its figure from above.
func (t Target) upper() bool { return t.Op == Less || t.Op == LessEqual }

// Unique drops the targets that a later one on the same figure and in the same
// direction replaces; the later one takes the place of the first. "rps > 100"
// and "rps < 500" are two targets.
func Unique(targets []Target) []Target {
	var out []Target
next:
	for _, t := range targets {
		for i := range out {
			if out[i].SameFigure(t) && out[i].upper() == t.upper() {
				out[i] = t
				continue next
			}
		}
		out = append(out, t)
	}
	return out
}

// replace puts each of the targets over in place of those below on the same
// figure, in either direction.
func replace(below, over []Target) []Target {
	var out []Target
	used := make([]bool, len(over))
	for _, b := range below {
		replaced := false
		for i, o := range over {
			if o.SameFigure(b) {
				replaced = true
				if !used[i] {
					used[i] = true
					out = append(out, named(o, b))
				}
			}
		}
		if !replaced {
			out = append(out, b)
		}
	}
	for i, o := range over {
		if !used[i] {
			out = append(out, o)
		}
	}
	return out
}

// named gives a target the name of the document's row that it replaces.
func named(t, row Target) Target {
	t.Name = row.Name
	return t
}

func either[T any](over, below []T) []T {
	if len(over) > 0 {
		return over
	}
	return below
}

func (s Setup) over(o Setup) Setup {
	s.Date = stated(o.Date, s.Date)
	s.Duration = stated(o.Duration, s.Duration)
	s.Host = stated(o.Host, s.Host)
	s.Users = stated(o.Users, s.Users)
	s.SpawnRate = stated(o.SpawnRate, s.SpawnRate)
	return s
}

func (l Labels) over(o Labels) Labels {
	l.Baseline = stated(o.Baseline, l.Baseline)
	l.Current = stated(o.Current, l.Current)
	l.BaselineUsers = stated(o.BaselineUsers, l.BaselineUsers)
	l.CurrentUsers = stated(o.CurrentUsers, l.CurrentUsers)
	return l
}

// stated returns over, or below where over is not stated.
func stated[T comparable](over, below T) T {
	var zero T
	if over != zero {
		return over
	}
	return below
}
