package prometheus

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/input/live"
)

// Parser reads snapshots of the text format, as curl HOST/metrics prints it,
// whole or with the lines of interest picked out.
func Parser() capture.Parser {
	return capture.Parser{
		Kind: KindText, What: "metrics in Prometheus's text format", Sniff: sniffText,
		New: func() func(*capture.Sample, func(capture.Reading)) {
			t := &texts{convert: newConverter(), parse: expfmt.NewTextParser(model.UTF8Validation)}
			return t.sample
		},
	}
}

// Live returns a reader of what an endpoint answers, answer by answer.
func Live() func([]byte, float64) []live.Reading { return live.New([]capture.Parser{Parser()}) }

var declaration = regexp.MustCompile(`^# (TYPE \S+ (counter|gauge|histogram|summary|untyped|unknown|info|stateset|gaugehistogram)|HELP [a-zA-Z_:][a-zA-Z0-9_:]* .*|UNIT \S+ \S*|EOF)$`)

// sampled reports whether a line may be a sample: with labels, or without, when
// it is told from other text by words joined with "_" before a number.
func sampled(line string) (labelled, plain bool) {
	end := 0
	for end < len(line) && nameByte(line[end]) {
		end++
	}
	if end == len(line) || end > 0 && (line[0] >= '0' && line[0] <= '9' || line[end-1] == ':') {
		return false, false // "Total: 20" is another tool's
	}
	if line[end] == '{' {
		last := strings.LastIndexByte(line, '}')
		return last > end && last+2 < len(line) && line[last+1] == ' ' && strings.Contains(line[end:last], `="`), false
	}
	value, _, _ := strings.Cut(strings.TrimLeft(line[end:], " \t"), " ")
	return false, (line[end] == ' ' || line[end] == '\t') && strings.ContainsAny(line[:end], "_:") && line[0] != '_' && isNumber(value)
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == ':'
}

// sniffText wants a declaration or a sample with labels, or two samples without.
func sniffText(lines []string) bool {
	without := 0
	for _, line := range lines {
		line = strings.TrimRight(line, "\r ")
		labelled, plain := sampled(line)
		if labelled || strings.HasPrefix(line, "# ") && declaration.MatchString(line) {
			return true
		}
		if plain {
			if without++; without == 2 {
				return true
			}
		}
	}
	return false
}

// texts are the snapshots of one file.
type texts struct {
	convert *converter
	parse   expfmt.TextParser
	buf     bytes.Buffer
}

// A block is what one endpoint exposed.
type block struct {
	samples map[float64][]sample // by their own time; 0 is the snapshot's
	times   []float64
	types   map[string]string
	series  map[string]bool
}

func newBlock() *block {
	return &block{samples: map[float64][]sample{}, types: map[string]string{}, series: map[string]bool{}}
}

// sample reads one snapshot, which may be of several endpoints one after the
// other: a family that is declared again, or a series that comes again, is
// another's.
func (t *texts) sample(s *capture.Sample, add func(capture.Reading)) {
	if !sniffText(s.Lines) {
		return
	}
	b := newBlock()
	for i, line := range s.Lines {
		line = strings.TrimRight(line, "\r ")
		if strings.HasPrefix(line, "#") {
			if !declaration.MatchString(line) {
				continue
			}
			s.Use(i, i+1)
			if words := strings.Fields(line); words[1] == "TYPE" {
				if b.types[words[2]] != "" {
					t.flush(b, s, add)
					b = newBlock()
				}
				b.types[words[2]] = words[3]
			}
			continue
		}
		if labelled, plain := sampled(line); !labelled && !plain && !bareName(line, b.types) {
			continue
		}
		x, at, ok := t.line(line)
		if !ok {
			continue
		}
		s.Use(i, i+1)
		x.line = s.Line + i
		x.counter = b.types[x.name] == "counter"
		key := x.key()
		if b.series[key] && at == 0 {
			t.flush(b, s, add)
			b = newBlock()
		}
		b.series[key] = true
		if b.samples[at] == nil {
			b.times = append(b.times, at)
		}
		b.samples[at] = append(b.samples[at], x)
	}
	t.flush(b, s, add)
}

// bareName reports whether a line is a sample whose name has no "_", as "up
// 1", of a family that was declared.
func bareName(line string, types map[string]string) bool {
	name, _, ok := strings.Cut(line, " ")
	return ok && types[name] != ""
}

// flush converts a block.
func (t *texts) flush(b *block, s *capture.Sample, add func(capture.Reading)) {
	for _, at := range b.times {
		time := at
		if at == 0 {
			time = s.Time
		}
		t.convert.at(time, b.samples[at], func(f figure, value float64, line int) {
			add(capture.Reading{
				Component: f.component, Instance: strings.TrimSpace(f.target + " " + f.instance), Metric: f.metric,
				Value: value, Line: line, Time: at,
			})
		})
	}
}

// line parses one sample and its own time, 0 if it has none. Lines are parsed
// one by one, so that one that is torn or in OpenMetrics' dialect spoils no
// other: the parser of the whole text stops at the first error.
func (t *texts) line(line string) (sample, float64, bool) {
	if cut := strings.Index(line, " # {"); cut > 0 {
		line = line[:cut] // an exemplar
	}
	at := 0.0
	// OpenMetrics has times in seconds, the older format in milliseconds.
	if end := strings.LastIndexByte(line, ' '); end > 0 {
		head, last := strings.TrimRight(line[:end], " "), line[end+1:]
		if v, err := strconv.ParseFloat(last, 64); err == nil && v > 1e9 && v < 1e15 && isNumber(head[strings.LastIndexByte(head, ' ')+1:]) {
			if at = v; v > 1e11 {
				at = v / 1000
			}
			line = head
		}
	}
	t.buf.Reset()
	t.buf.WriteString(line)
	t.buf.WriteByte('\n')
	families, err := t.parse.TextToMetricFamilies(&t.buf)
	if err != nil || len(families) != 1 {
		return sample{}, 0, false
	}
	for name, family := range families {
		if len(family.Metric) != 1 || family.Metric[0].Untyped == nil {
			return sample{}, 0, false
		}
		m := family.Metric[0]
		x := sample{series: series{name: name, labels: make(map[string]string, len(m.Label))}, value: m.Untyped.GetValue()}
		for _, l := range m.Label {
			x.labels[l.GetName()] = l.GetValue()
		}
		return x, at, true
	}
	return sample{}, 0, false
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
