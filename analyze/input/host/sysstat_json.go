package host

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// What iostat and mpstat write with -o JSON: one object a line, so that output
// that was cut off can be read up to there.
var (
	jsonHead   = regexp.MustCompile(`^\{"sysstat": ?\{$`)
	jsonField  = regexp.MustCompile(`^"(number-of-cpus|date|timestamp)": "?([^"]*?)"?,?$`)
	jsonAvg    = regexp.MustCompile(`^"avg-cpu": *(\{.*\}) *,?$`)
	jsonRow    = regexp.MustCompile(`^(\{"(disk_device|cpu)":.*\}),?$`)
	jsonFiller = regexp.MustCompile(`^(?:[\[\]{}, ]*|"[\w-]+": ?(?:\[|\{|"[^"]*"),?)$`)
)

// json reads a line of such output, if it is one.
func (t *sysstatReader) json(line string, number int, s *capture.Sample, to func(capture.Reading)) bool {
	line = strings.TrimSpace(line)
	if jsonHead.MatchString(line) {
		t.flush(s, to)
		t.inJSON = true
		t.begin([]string{"", "", ""}, s)
		return true
	}
	if !t.inJSON {
		return false
	}
	if m := jsonField.FindStringSubmatch(line); m != nil {
		t.jsonField(m[1], m[2], s, to)
		return true
	}
	if m := jsonAvg.FindStringSubmatch(line); m != nil {
		return t.jsonRow(`{"cpu":"all",`+m[1][1:], "avg-cpu:", number, s, to)
	}
	if m := jsonRow.FindStringSubmatch(line); m != nil {
		return t.jsonRow(m[1], m[2], number, s, to)
	}
	if line == "}" || line == "}," || line == "]" {
		t.flush(s, to)
	}
	return jsonFiller.MatchString(line)
}

func (t *sysstatReader) jsonField(name, text string, s *capture.Sample, to func(capture.Reading)) {
	switch name {
	case "number-of-cpus":
		t.cpus, _ = strconv.Atoi(text)
	case "date":
		if date, ok := dateOf(text, s.Time); ok {
			t.clock.date = date
		}
	case "timestamp":
		t.flush(s, to)
		f := strings.Fields(text)
		if !t.iostatTime(f, s) {
			if clock, n := clockOf(f); n > 0 {
				t.stamp = clock
			}
		}
		t.booted = t.booted && t.reports == 0
		t.reports++
	}
}

// jsonRow takes an object as a row of the table that has the columns of its
// keys.
func (t *sysstatReader) jsonRow(text, kind string, number int, s *capture.Sample, to func(capture.Reading)) bool {
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil {
		return false
	}
	var keys []string
	for k := range object {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var columns, cells []string
	for _, k := range keys {
		cell := ""
		switch v := object[k].(type) {
		case float64:
			if v < 0 || math.IsInf(v, 0) {
				continue
			}
			cell = strconv.FormatFloat(v, 'f', 2, 64) // as many digits as these tools print
		case string:
			cell = v
		}
		switch {
		case k == "disk_device":
			k = "Device"
		case k == "cpu":
			k = "CPU"
		case kind != "disk_device" || k == "util":
			k = "%" + k
		}
		columns, cells = append(columns, k), append(cells, cell)
	}
	want := "CPU"
	if kind == "disk_device" {
		want = "Device"
	}
	table := slices.IndexFunc(sysstatTables, func(x sysstatTable) bool {
		return slices.Contains(x.columns, want) && !slices.Contains(x.columns, "PID")
	})
	if !slices.Equal(columns, t.columns) {
		t.flush(s, to)
	}
	t.columns, t.table, t.head = columns, table, -1
	t.at = rowTime{known: t.stamp >= 0, clock: t.stamp}
	t.rows = append(t.rows, sysstatRow{cells, number})
	return true
}
