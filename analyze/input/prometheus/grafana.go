package prometheus

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/loadtest"
)

// KindGrafana is the kind of a panel's data as Grafana downloads them (Inspect,
// Data, Download CSV), as loadtest.Input has it: a column of times and one for
// each series, or a row for each reading (Series, Time, Value).
const KindGrafana = "grafana_csv"

// A Column states what a panel's column is. It wins over what is guessed.
type Column struct {
	Name                        string  // as the file's header has it; case does not matter
	Component, Instance, Metric string  // Metric "" leaves the column out
	Scale                       float64 // what values are multiplied with to get base units; 0 is 1
}

// grafanaTable cuts the line for Excel ("sep=,") off a file's beginning.
func grafanaTable(raw []byte) (table []byte, cut int) {
	raw, _ = csvtable.Text(raw)
	line, rest, ok := bytes.Cut(raw, []byte("\n"))
	if l := strings.Trim(string(line), "\"\r "); ok && len(l) == 5 && strings.EqualFold(l[:4], "sep=") {
		return rest, 1
	}
	return raw, 0
}

// SniffGrafana reports whether a file begins as such a table: a header whose
// first cell is Time, and a row of a time and figures.
func SniffGrafana(head []byte) bool {
	head, excel := grafanaTable(head)
	first, rest, ok := bytes.Cut(head, []byte("\n"))
	second, _, _ := bytes.Cut(rest, []byte("\n"))
	if !ok || len(first) > 1<<16 {
		return false
	}
	comma := csvtable.Delimiter(first)
	header, row := grafanaCells(first, comma), grafanaCells(second, comma)
	if len(header) < 2 || len(row) != len(header) {
		return false
	}
	if isSeriesRows(header) {
		_, _, ok := capture.ParseTime(row[1])
		_, known := cellOf(row[2], false)
		return ok && known
	}
	if t := strings.ToLower(header[0]); t != "time" && (excel == 0 || t != "date" && t != "timestamp") {
		return false
	}
	_, _, ok = capture.ParseTime(row[0])
	return ok && !slices.ContainsFunc(row[1:], func(text string) bool {
		c, ok := cellOf(text, comma == ';')
		return !ok && !c.empty
	})
}

func grafanaCells(line []byte, comma byte) []string {
	r := csv.NewReader(bytes.NewReader(bytes.TrimRight(line, "\r")))
	r.Comma = rune(comma)
	cells, err := r.Read()
	if err != nil {
		return nil
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

func isSeriesRows(header []string) bool {
	return len(header) == 3 && strings.EqualFold(header[0], "series") && strings.EqualFold(header[1], "time") && strings.EqualFold(header[2], "value")
}

// A panelColumn is one series of a panel.
type panelColumn struct {
	title  string
	unit   string // of the cells; "" none
	local  bool
	time   []float64
	value  []float64
	line   []int
	step   float64
	stated *Column
}

// ReadGrafana reads a panel's data. Cells may carry units ("45.2%", "1.2 GiB",
// "12 ms"). What a column is, is told by columns, else by its title and the
// panel's, which is the file's name; what cannot be told is kept under its own
// name. Cells that are no figures are noted.
func ReadGrafana(r io.Reader, file string, columns []Column) ([]loadtest.Track, []loadtest.Note, error) {
	raw, err := io.ReadAll(io.LimitReader(r, csvtable.MaxBytes+1))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	raw, cut := grafanaTable(raw)
	t, err := csvtable.Read(bytes.NewReader(raw), file, csvtable.Options{Wanted: func(string) bool { return true }})
	if err != nil {
		return nil, nil, err
	}
	if t.Empty() {
		return nil, nil, &csvtable.Error{File: file, Problem: "is empty"}
	}
	p := panel{file: file, title: panelWords(file), stated: columns, comma: t.Comma == ';', cut: cut}
	p.read(t)
	return p.tracks(), p.notes(t), nil
}

// A panel is a file being read.
type panel struct {
	file    string
	title   []string
	stated  []Column
	comma   bool // decimal
	cut     int  // lines before the table
	columns []*panelColumn
	index   map[string]int

	strange, strangeLine int
	strangeText          string
}

func (p *panel) read(t *csvtable.Table) {
	p.index = map[string]int{}
	header := t.Header.Cells
	rows := isSeriesRows(header)
	for i := range t.Len() {
		at := 0
		if rows {
			at = 1
		}
		time, local, ok := capture.ParseTime(t.Cell(i, at))
		if !ok {
			p.odd(t.Cell(i, at), t.Line(i))
			continue
		}
		if rows {
			p.add(t.Cell(i, 0), 0, t.Cell(i, 2), time, local, t.Line(i))
			continue
		}
		for k := 1; k < len(header); k++ {
			p.add(header[k], k, t.Cell(i, k), time, local, t.Line(i))
		}
	}
}

func (p *panel) odd(text string, line int) {
	if p.strange++; p.strange == 1 {
		p.strangeText, p.strangeLine = text, line+p.cut
	}
}

// add takes a cell. All cells of a column have units of one kind; a zero may
// stand without.
func (p *panel) add(title string, place int, text string, time float64, local bool, line int) {
	title = strings.TrimSpace(title)
	key := fmt.Sprintf("%d %s", place, title)
	i, ok := p.index[key]
	if !ok {
		if len(p.columns) == mostTracks {
			return
		}
		i = len(p.columns)
		p.index[key] = i
		p.columns = append(p.columns, &panelColumn{title: title, stated: p.statedFor(title), local: local})
	}
	c := p.columns[i]
	v, ok := cellOf(text, p.comma)
	switch {
	case v.empty:
		return
	case !ok || c.unit != "" && v.unit != c.unit && v.value != 0 || c.unit == "" && v.unit != "" && slices.ContainsFunc(c.value, func(x float64) bool { return x != 0 }):
		p.odd(text, line)
		return
	}
	c.unit = cmp.Or(c.unit, v.unit)
	if n := len(c.time); n > 0 && time <= c.time[n-1] {
		return
	}
	c.step = math.Max(c.step, v.step)
	c.time, c.value, c.line = append(c.time, time), append(c.value, v.value), append(c.line, line+p.cut)
}

func (p *panel) statedFor(title string) *Column {
	for i := range p.stated {
		if strings.EqualFold(p.stated[i].Name, title) {
			return &p.stated[i]
		}
	}
	return nil
}

// tracks tells what the columns are. A figure of which there are several
// columns has an Instance for each.
func (p *panel) tracks() []loadtest.Track {
	var out []loadtest.Track
	var titles []string
	count := map[string]int{}
	for _, c := range p.columns {
		t := loadtest.Track{Kind: KindGrafana, File: p.file, Local: c.local, Time: c.time, Line: c.line}
		scale, title := 1.0, ""
		switch s := c.stated; {
		case len(c.time) == 0 || s != nil && s.Metric == "":
			continue
		case s != nil:
			t.Component, t.Instance, t.Metric = cmp.Or(s.Component, "app"), s.Instance, s.Metric
			if s.Scale != 0 {
				scale = s.Scale
			}
		default:
			t.Component, t.Instance, t.Metric, scale = p.guess(c)
			title = strings.Join(strings.Fields(c.title), " ")
		}
		t.Value = make([]float64, len(c.value))
		for i, v := range c.value {
			t.Value[i] = v * scale
		}
		t.Step = c.step * math.Abs(scale)
		count[t.Component+" "+t.Metric]++
		out, titles = append(out, t), append(titles, title)
	}
	for i := range out {
		if out[i].Instance == "" && count[out[i].Component+" "+out[i].Metric] > 1 {
			out[i].Instance = titles[i]
		}
	}
	return out
}

func (p *panel) notes(t *csvtable.Table) []loadtest.Note {
	var notes []loadtest.Note
	if t.Torn > 0 {
		notes = append(notes, loadtest.Note{Code: "torn_file", Severity: loadtest.Info, Source: fmt.Sprintf("%s:%d", p.file, t.Torn+p.cut),
			Message: "The last row was cut short and was left out."})
	}
	if p.strange > 0 {
		notes = append(notes, loadtest.Note{Code: "capture_not_understood", Severity: loadtest.Warn, Source: fmt.Sprintf("%s:%d", p.file, p.strangeLine),
			Message: fmt.Sprintf("%d cells were not understood and skipped; the first is %q.", p.strange, oneLine(p.strangeText))})
	}
	return notes
}

var panelNoise = regexp.MustCompile(`(?i)-data(?:-as-\w+)?(?:-|$).*|\.csv$|\(\d+\)|\d{4}-\d\d-\d\d.*`)

// panelWords are those of the panel's title in the file's name, which Grafana
// makes of it: "CPU usage-data-as-joinbyfield-2026-11-24 11_20_05.csv".
func panelWords(file string) []string {
	name := file[strings.LastIndexAny(file, `/\`)+1:]
	for _, e := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, e)
	}
	return titleWords(panelNoise.ReplaceAllString(name, " "))
}

var perSecondText = regexp.MustCompile(`(?i)\s*/\s*(?:s|sec|second)\b`)

// titleWords are the words of a title, its signs put into words.
func titleWords(title string) []string {
	title = perSecondText.ReplaceAllString(title, " per second ")
	words := wordsOf(strings.ReplaceAll(title, "%", " percent "))
	for i, w := range words {
		switch w {
		case "req", "reqs":
			words[i] = "requests"
		case "conn":
			words[i] = "connections"
		}
	}
	return words
}

var labelled = regexp.MustCompile(`^([a-zA-Z_:][\w:]*)?\{(.*)\}$`)
var label = regexp.MustCompile(`([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"`)

// guess tells what a column is: by a family's name and labels, as a series
// without an alias is called, by its title, or by the panel's and its own.
func (p *panel) guess(c *panelColumn) (component, instance, metric string, scale float64) {
	s := series{labels: map[string]string{}}
	title := c.title
	if m := labelled.FindStringSubmatch(title); m != nil {
		for _, l := range label.FindAllStringSubmatch(m[2], -1) {
			s.labels[l[1]] = l[2]
		}
		title = cmp.Or(m[1], s.labels["__name__"])
	}
	all := span{known: true, min: slices.Min(c.value), max: slices.Max(c.value)}
	own := titleWords(title)
	if len(own) == 1 && (own[0] == "value" || own[0] == "a") {
		own = nil // a series without a name
	}
	for _, words := range [][]string{own, append(slices.Clone(p.title), own...)} {
		words = withUnit(words, c.unit)
		m, ok := mean(words, s, all)
		if !ok || len(words) == 0 {
			continue
		}
		r := result{series: series{name: strings.Join(words, "_"), labels: s.labels}, time: c.time, value: c.value}
		f, scale, _ := (&matrix{file: p.file}).figureOf(nil, r, all)
		if base, flat := strings.CutSuffix(f.metric, flatEvent); flat {
			f.metric = base + "_per_second"
			if !m.perSecond {
				f.metric = base + "_total"
			}
		}
		if !strings.Contains(f.metric, "\x00") && f.metric != r.name {
			return f.component, strings.TrimSpace(f.target + " " + f.instance), f.metric, scale
		}
	}
	words := own
	if len(words) == 0 {
		words = p.title
	}
	name := strings.Join(words, "_")
	component = cmp.Or(componentIn(slices.Concat(words, p.title)), "other")
	return component, "", cmp.Or(name, "value"), 1
}

// withUnit puts the unit that the cells carry in the place of the title's.
func withUnit(words []string, unit string) []string {
	if unit == "" || len(words) == 0 {
		return words
	}
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		name, _ := unitOf([]string{"x", w, "x"})
		return name == "bytes" || name == "seconds" && !strings.Contains(unit, "per second") || name == "percent"
	})
	return append(words, strings.Fields(unit)...)
}
