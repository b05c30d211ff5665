package input

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
)

// margin is how long before and after the run evidence still tells of it, in
// s: what is normal, and whether the system recovered.
const margin = 900

// take takes over what a file tells of the system, if its times are the run's.
func (l *loading) take(c candidate, part *loadtest.Run, input loadtest.Input, notes []loadtest.Note) error {
	for _, known := range l.run.Inputs {
		if known.SHA256 == input.SHA256 {
			if !c.explicit { // named by the user and found beside
				l.note("duplicate_input", loadtest.Info, c.file, fmt.Sprintf("This file was left out, as %s is a copy of it.", known.File))
			}
			return nil
		}
	}
	if len(part.Tracks) == 0 && len(part.AppLogs) == 0 {
		// Nothing of use: worth a word if the file was meant, or is a capture that
		// only lacks times. A JSON document beside a run may be anything.
		for _, n := range notes {
			if c.asked || n.Code == "capture_without_times" && !strings.HasSuffix(uncompressed(c.name), ".json") {
				l.run.Notes = append(l.run.Notes, n)
			}
		}
		if c.explicit && len(notes) == 0 {
			l.note("nothing_found", loadtest.Warn, c.file, "No figure was found in this file.")
		}
		return nil
	}
	why := l.fit(part, c)
	switch {
	case strings.HasPrefix(why, unplaced) && c.explicit:
		return fmt.Errorf("%s: this file cannot be placed in time: %s", c.file, why)
	case strings.HasPrefix(why, unplaced):
		l.note("time_zone_unknown", loadtest.Warn, c.file, "This file cannot be placed in time and was left out: "+why+".")
		return nil
	case why != "" && c.explicit:
		return fmt.Errorf("%s: this file is not of this run: %s", c.file, why)
	case why != "":
		l.leaveOut(c, why)
		if s := l.setting(); len(part.Tracks) > 0 && l.otherTime == "" && !c.asked && !c.named && !math.IsNaN(s.from) {
			first, _ := extent(part.Tracks, all)
			l.otherTime, l.otherBy = c.file, first-s.from
		}
		return nil
	}
	if kind := mainKind(part.Tracks); kind != "" {
		input.Kind = kind
	}
	l.run.Inputs = append(l.run.Inputs, input)
	l.run.Notes = append(l.run.Notes, notes...)
	l.adopt(part)
	return nil
}

// mainKind is the kind of most readings of a file.
func mainKind(tracks []loadtest.Track) string {
	count := map[string]int{}
	best := ""
	for _, t := range tracks {
		count[t.Kind] += len(t.Time)
	}
	for _, t := range tracks {
		if best == "" || count[t.Kind] > count[best] {
			best = t.Kind
		}
	}
	return best
}

// fit settles the zone of times without one, leaves out what is far from the
// run, and says why nothing of the file is of the run; "" if something is.
func (l *loading) fit(part *loadtest.Run, c candidate) string {
	s := l.setting()
	if math.IsNaN(s.from) {
		return "no file of Locust's says when the run was, so that nothing can be put beside it"
	}
	for _, g := range part.AppLogs {
		if !math.IsNaN(g.Start) && (g.Start > s.to || g.End < s.from) {
			return windows(g.Start, g.End, s)
		}
	}
	if len(part.Tracks) == 0 {
		return ""
	}
	if why := l.settleZone(part.Tracks, s, c); why != "" {
		return why
	}
	first, last := extent(part.Tracks, all)
	inside := func(t loadtest.Track) bool {
		i, _ := slices.BinarySearch(t.Time, s.from)
		return i < len(t.Time) && t.Time[i] <= s.to
	}
	if !slices.ContainsFunc(part.Tracks, inside) {
		return windows(first, last, s)
	}
	kept := part.Tracks[:0]
	for _, t := range part.Tracks {
		if trim(&t, s.from-margin, s.to+margin); len(t.Time) > 0 {
			kept = append(kept, t)
		}
	}
	part.Tracks = kept
	return ""
}

// noteOtherTime warns where captures lay beside the run and none of them is of
// it: figures are missing then that somebody took.
func (l *loading) noteOtherTime() {
	if len(l.run.Tracks) > 0 || l.otherTime == "" {
		return
	}
	clock := ""
	if h := math.Round(l.otherBy / 1800); h != 0 && math.Abs(h) <= 28 && math.Abs(l.otherBy-1800*h) < clockSlack {
		when := "after"
		if h < 0 {
			when = "before"
		}
		clock = fmt.Sprintf(" They begin %g h %s it: a clock or a zone that is wrong would explain that.", math.Abs(h)/2, when)
	}
	l.note("captures_of_other_time", loadtest.Warn, l.otherTime, "The captures beside the run are of another time and were left out: of the system's parts they tell nothing."+clock)
}

// clockSlack is by how many seconds a capture may begin before or after its run
// for a difference of whole half hours to look like a clock's.
const clockSlack = 240

func windows(first, last float64, s *setting) string {
	return fmt.Sprintf("it covers %s to %s UTC, the run %s to %s", clock(first), clock(last), clock(s.from), clock(s.to))
}

func all(*loadtest.Track) bool     { return true }
func local(t *loadtest.Track) bool { return t.Local }

// extent returns the first and the last instant of tracks.
func extent(tracks []loadtest.Track, which func(*loadtest.Track) bool) (first, last float64) {
	first, last = math.Inf(1), math.Inf(-1)
	for i := range tracks {
		if t := &tracks[i]; which(t) && len(t.Time) > 0 {
			first, last = math.Min(first, t.Time[0]), math.Max(last, t.Time[len(t.Time)-1])
		}
	}
	return first, last
}

// trim leaves out readings before from and after to.
func trim(t *loadtest.Track, from, to float64) {
	i, _ := slices.BinarySearch(t.Time, from)
	j, _ := slices.BinarySearchFunc(t.Time, to, func(x, to float64) int {
		if x <= to {
			return -1
		}
		return 1
	})
	j = max(i, j)
	t.Time, t.Value = t.Time[i:j], t.Value[i:j]
	if t.Line != nil {
		t.Line = t.Line[i:j]
	}
}

// unplaced begins the reason why a file that may be of the run is not used.
const unplaced = "its times have no zone"

// settleZone finds the zone of times that have none: the one of all quarters
// of an hour by which the file and the run overlap most. It says why there is
// none.
func (l *loading) settleZone(tracks []loadtest.Track, s *setting, c candidate) string {
	first, last := extent(tracks, local)
	if first > last {
		return ""
	}
	zones := l.fittingZones(first, last, s)
	var zone float64
	how := "by overlap with the run"
	switch {
	case len(zones) == 0:
		return fmt.Sprintf("it covers %s to %s local time, the run %s to %s UTC", clock(first), clock(last), clock(s.from), clock(s.to))
	case len(zones) == 1:
		zone = zones[0]
	case slices.Contains(zones, l.zone) && l.zoneKnown:
		zone, how = l.zone, "as those of "+l.zoneFile
	case slices.Contains(zones, s.zone):
		zone, how = s.zone, "as Locust's log"
	default:
		return fmt.Sprintf(unplaced+", and fit the run as %s to %s; state the zone, for instance by date -u +%%FT%%TZ before each sample", zoneName(zones[0]), zoneName(zones[len(zones)-1]))
	}
	if len(zones) == 1 && !l.zoneKnown {
		l.zone, l.zoneFile, l.zoneKnown = zone, c.file, true
	}
	for i := range tracks {
		if t := &tracks[i]; t.Local {
			for k := range t.Time {
				t.Time[k] -= zone
			}
			t.Local = false
		}
	}
	l.note("assumed_zone", loadtest.Info, c.file, fmt.Sprintf("The times without a zone were taken as %s, %s.", zoneName(zone), how))
	return ""
}

// fittingZones returns the offsets from UTC, ascending, with which the file
// overlaps the run by nearly as much as with the best. Where it covers the run
// whole with several, the one that puts the run in its middle is no better
// than the others.
func (l *loading) fittingZones(first, last float64, s *setting) []float64 {
	type fitting struct{ zone, shared float64 }
	var fits []fitting
	most := 0.0
	for z := -14.0 * 4; z <= 14*4; z++ {
		zone := z * 900
		shared := math.Min(last-zone, s.to) - math.Max(first-zone, s.from) + 1
		if shared > 0 {
			fits = append(fits, fitting{zone, shared})
			most = math.Max(most, shared)
		}
	}
	fits = slices.DeleteFunc(fits, func(f fitting) bool { return f.shared < 0.9*most })
	slices.SortFunc(fits, func(a, b fitting) int { return cmp.Compare(a.zone, b.zone) })
	zones := make([]float64, len(fits))
	for i, f := range fits {
		zones[i] = f.zone
	}
	return zones
}

// zoneName writes an offset as people do: UTC, UTC+2, UTC-03:30.
func zoneName(zone float64) string {
	if zone == 0 {
		return "UTC"
	}
	sign := '+'
	if zone < 0 {
		sign, zone = '-', -zone
	}
	h, m := int(zone)/3600, int(zone)%3600/60
	if m == 0 {
		return fmt.Sprintf("UTC%c%d", sign, h)
	}
	return fmt.Sprintf("UTC%c%02d:%02d", sign, h, m)
}

// setting returns what is known of the run so far.
func (l *loading) setting() *setting {
	s := &setting{Options: l.Options, from: math.NaN(), to: math.NaN(), zone: math.NaN()}
	if g := l.run.Log; g != nil && g.OffsetKnown {
		s.zone = -g.Offset.Seconds()
	}
	widen := func(from, to float64) {
		if from <= to {
			s.from, s.to = from, to
		}
	}
	if g := l.run.Log; g != nil && g.OffsetKnown && !g.Start.IsZero() {
		widen(float64(g.Start.Add(g.Offset).Unix()), float64(g.End.Add(g.Offset).Unix()))
	}
	if h := l.run.Histograms; h != nil {
		from, to := math.Inf(1), math.Inf(-1)
		for _, e := range h.Endpoints {
			from, to = math.Min(from, e.Start), math.Max(to, e.Last)
		}
		if from > 0 {
			widen(from, to)
		}
	}
	if p := l.run.Page; p != nil && !p.Start.IsZero() {
		widen(float64(p.Start.Unix()), float64(p.End.Unix()))
	}
	if from, to, ok := l.span(); ok {
		widen(from, to)
	}
	return s
}
