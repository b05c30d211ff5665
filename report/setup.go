package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/report/form"
)

// A setting is one line of the test configuration.
type setting struct {
	labels []string
	read   func(*plan.Setup, string) // nil: nothing is planned by it
	// measured returns what the run shows and whether that is what was planned;
	// "" is not measured.
	measured func(f *filler, planned string) (text string, agrees bool)
	need     string // what would give it
	// value is the figure behind the text; nil where it is none.
	value func(*analyze.Summary) measure.Value
}

// settings lists the lines of a test configuration.
var settings = [...]setting{
	{[]string{"Date", "Test Date", "Run Date", "Date of Test", "Started", "Tested On", "Run On", "Executed On"}, func(s *plan.Setup, t string) { s.Date = t }, measuredDate,
		"Not measured: needs a file of the run that tells the time (the history, the HTML report, the JSON file).", nil},
	{[]string{"Duration", "Test Duration", "Run Time", "Runtime", "Run Duration"}, readDuration, measuredDuration,
		"Not measured: needs a file of the run that tells the time (the history, the HTML report, the JSON file).", func(r *analyze.Summary) measure.Value { return r.Duration }},
	{[]string{"Target", "Target Host", "Host", "Target URL", "Base URL", "Target System", "System Under Test"}, func(s *plan.Setup, t string) { s.Host = t }, measuredHost,
		"Not measured: needs Locust's log or HTML report, which name the host.", nil},
	{[]string{"Users", "Concurrent Users", "Virtual Users", "User Count", "VUs", "Number of Users"}, readUsers, measuredUsers,
		"Not measured: needs the history or the HTML report, which record the number of users.", func(r *analyze.Summary) measure.Value { return r.UsersPeak }},
	{[]string{"Spawn Rate", "Hatch Rate", "Ramp-up Rate"}, readSpawnRate, measuredSpawnRate,
		"Not measured: needs the history or Locust's log, which show the ramp.", func(r *analyze.Summary) measure.Value { return r.SpawnRate }},
	{[]string{"Load Generator", "Load Testing Tool"}, nil, measuredTool, "Not measured: the files do not tell which program made the load.", nil},
}

func settingOf(label string) (setting, bool) {
	for _, s := range settings {
		if slices.ContainsFunc(s.labels, func(l string) bool { return same(l, label) }) {
			return s, true
		}
	}
	return setting{}, false
}

// configuration recognises the test configuration by its heading.
func configuration(s *form.Section) bool {
	return titled("Test Configuration", "Test Setup", "Test Parameter", "Load Configuration", "Run Configuration", "Test Environment")(s)
}

// setupSection recognises the test configuration by its heading, and under
// other headings, the document's own among them, by its lines: two settings or
// more, one of which nothing but a configuration has.
func setupSection(s *form.Section) bool {
	if configuration(s) {
		return true
	}
	if s.Level > 2 || says(s.Title, "Outage", "Incident", "Impact", "Issue") {
		return false
	}
	known, own := map[string]bool{}, false
	for _, l := range labels(s) {
		if set, ok := settingOf(l.label); ok {
			known[set.labels[0]] = true
			own = own || set.labels[0] != "Users" && set.labels[0] != "Duration"
		}
	}
	return own && len(known) > 1
}

func readSetup(r *reader, s *form.Section) {
	if says(s.Title, "Environment") {
		return // repeats the configuration; it states no plan of its own
	}
	for _, l := range labels(s) {
		text := planned(l.slot)
		if set, known := settingOf(l.label); known && set.read != nil && stated(text) {
			set.read(&r.plan.Setup, text)
		}
	}
}

func fillSetup(f *filler, s *form.Section) {
	for _, l := range labels(s) {
		set, known := settingOf(l.label)
		if !known {
			continue
		}
		text := planned(l.slot)
		measured, agrees := set.measured(f, text)
		switch {
		case !stated(l.slot.Original) && measured == "":
			f.absent(l.slot, "configuration", set.need)
		case !stated(l.slot.Original):
			put(l.slot, f.setting(set, measured))
		case !configuration(s): // only blanks are ours there
		case measured == "" || agrees || set.read == nil:
			l.slot.Amend(l.slot.Markup())
		default:
			l.slot.Amend(l.slot.Markup() + " (measured: " + f.setting(set, measured) + ")")
		}
	}
}

// setting is what the run shows of a setting.
func (f *filler) setting(s setting, measured string) string {
	if s.value == nil {
		return addressText(measured)
	}
	return f.trace(addressText(measured), Trace{Value: s.value(&f.a.Run)})
}

// stated reports whether a planned value is there at all.
func stated(text string) bool {
	t := strings.Trim(strings.TrimSpace(text), "-–—⏳ ")
	return t != "" && !strings.HasPrefix(strings.ToUpper(t), "TBD") && !strings.EqualFold(t, "N/A") && !strings.EqualFold(t, "pending")
}

func readDuration(s *plan.Setup, text string) {
	if d, ok := plan.ParseDuration(text); ok {
		s.Duration = d
	}
}

func readUsers(s *plan.Setup, text string) {
	if from, to, ok := plan.ParseUsers(text); ok {
		s.Users = math.Max(from, to)
	}
}

func readSpawnRate(s *plan.Setup, text string) {
	if rate, ok := plan.ParseRate(text); ok {
		s.SpawnRate = rate
	}
}

// dateForms are the ways that documents write a day.
var dateForms = [...]string{
	time.DateOnly, "2006/01/02", "02.01.2006", "2 January 2006", "January 2, 2006", "2 Jan 2006", "Jan 2, 2006",
	"2006-01-02 15:04", "2006-01-02 15:04:05", time.RFC3339,
}

// measuredDate allows a day of difference for clocks of other zones: the
// document does not say which zone its date is in.
func measuredDate(f *filler, planned string) (string, bool) {
	start := f.a.Run.Start
	if start.IsZero() {
		return "", false
	}
	start = start.UTC()
	text := start.Format(time.DateOnly)
	for _, form := range dateForms {
		if day, err := time.Parse(form, planned); err == nil {
			d := start.Sub(day)
			return text, d > -14*time.Hour && d < 38*time.Hour
		}
	}
	return text, strings.Contains(planned, text)
}

func measuredDuration(f *filler, planned string) (string, bool) {
	d, ok := f.a.Run.Duration.Float()
	if !ok {
		return "", false
	}
	want, stated := plan.ParseDuration(planned)
	// Locust stops up to a few seconds after the time and writes its last row
	// up to a few seconds before.
	return measure.Span(d), stated && math.Abs(d-want) <= math.Max(5, 0.05*want)
}

func measuredHost(f *filler, planned string) (string, bool) {
	host := strings.TrimSpace(f.a.Run.Host)
	plain := func(s string) string {
		return strings.TrimRight(strings.ToLower(strings.Trim(strings.TrimSpace(s), "<>`")), "/")
	}
	return host, plain(host) == plain(planned)
}

func measuredUsers(f *filler, planned string) (string, bool) {
	n, ok := f.a.Run.UsersPeak.Float()
	if !ok {
		return "", false
	}
	text := measure.Format(f.a.Run.UsersPeak, measure.Style{Bare: true, Plain: true})
	if !stated(planned) {
		return text + " concurrent users", false
	}
	from, to, known := plan.ParseUsers(planned)
	return text, known && math.Max(from, to) == math.Round(n)
}

func measuredSpawnRate(f *filler, planned string) (string, bool) {
	v := f.a.Run.SpawnRate
	n, ok := v.Float()
	if !ok {
		return "", false
	}
	text := measure.Format(v, measure.Style{Bare: true, Plain: true}) + " users/second"
	want, known := plan.ParseRate(planned)
	low, high, _ := v.Limits()
	return text, known && (low <= want && want <= high || math.Abs(n-want) <= 0.1*want)
}

func measuredTool(f *filler, _ string) (string, bool) {
	tool := f.a.Run.Tool
	if tool == "" {
		return "", false
	}
	tool = strings.ToUpper(tool[:1]) + tool[1:]
	if r := f.a.Recorded; r != nil && r.Log != nil && r.Log.Version != "" {
		tool += " " + r.Log.Version
	}
	return tool, true
}
