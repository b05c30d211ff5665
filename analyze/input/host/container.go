package host

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// A containerRow is one container in docker stats or podman stats, its cells
// as text.
type containerRow struct {
	name, cpu, memory, network, disk string
	line                             int
}

// containerColumns are the columns' names in tables and JSON, of docker and of
// podman, in lower case without blanks, signs and underscores.
var containerColumns = map[string]func(*containerRow) *string{
	"name": func(r *containerRow) *string { return &r.name }, "container": nil,
	"cpu%": func(r *containerRow) *string { return &r.cpu }, "cpuperc": func(r *containerRow) *string { return &r.cpu },
	"cpupercent": func(r *containerRow) *string { return &r.cpu },
	"memusage":   func(r *containerRow) *string { return &r.memory }, "memusage/limit": func(r *containerRow) *string { return &r.memory },
	"netio": func(r *containerRow) *string { return &r.network }, "neti/o": func(r *containerRow) *string { return &r.network },
	"blockio": func(r *containerRow) *string { return &r.disk }, "blocki/o": func(r *containerRow) *string { return &r.disk },
}

var gap = regexp.MustCompile(`\t+|  +`)

// column is the name of a column as containerColumns has it.
func column(cell string) string {
	return strings.NewReplacer(" ", "", "_", "").Replace(strings.ToLower(cell))
}

// containerTable reports whether a line is the head of a table of docker
// stats.
func containerTable(line string) ([]string, bool) {
	cells := gap.Split(strings.TrimSpace(line), -1)
	if len(cells) < 2 || len(cells) > 30 || !strings.Contains(line, "CPU %") && !strings.Contains(line, "MEM USAGE") {
		return nil, false
	}
	named := false
	for i, c := range cells {
		cells[i] = column(c)
		named = named || cells[i] == "name" || cells[i] == "container"
	}
	return cells, named
}

func containerParser(procs []Process) capture.Parser {
	return capture.Parser{
		Kind: "docker_stats", What: "output of docker stats",
		Sniff: func(lines []string) bool {
			return slices.ContainsFunc(lines, func(l string) bool {
				_, table := containerTable(l)
				return table || containerJSON(l, 0) != nil || containerBare(l, 0) != nil
			})
		},
		New: func() func(*capture.Sample, func(capture.Reading)) {
			n := namer{procs}
			var columns []string
			return func(s *capture.Sample, add func(capture.Reading)) {
				for i, line := range s.Lines {
					if s.Used(i) {
						continue
					}
					if c, ok := containerTable(line); ok {
						columns = c
						s.Use(i, i+1)
						continue
					}
					rows := containerJSON(line, s.Line+i)
					if rows == nil && columns != nil {
						rows = containerCells(columns, line, s.Line+i)
					}
					if rows == nil {
						rows = containerBare(line, s.Line+i)
					}
					if rows == nil {
						continue
					}
					s.Use(i, i+1)
					for _, r := range rows {
						r.add(add, n)
					}
				}
			}
		},
	}
}

// containerCells reads a row of the table.
func containerCells(columns []string, line string, number int) []containerRow {
	cells := gap.Split(strings.TrimSpace(line), -1)
	if len(cells) != len(columns) {
		return nil
	}
	r := containerRow{line: number}
	for i, c := range columns {
		if to := containerColumns[c]; to != nil {
			*to(&r) = cells[i]
		} else if c == "container" && r.name == "" {
			r.name = cells[i]
		}
	}
	if r.cpu != "--" && !strings.HasSuffix(r.cpu, "%") && !strings.Contains(r.memory, "/") {
		return nil
	}
	return []containerRow{r}
}

var bareContainer = regexp.MustCompile(`^([A-Za-z0-9][\w.-]*)[:,\s]+([0-9.]+%)[,\s]+([0-9.]+ ?[kKMGT]?i?B ?/ ?[0-9.]+ ?[kKMGT]?i?B)$`)

// containerBare reads a row of a --format of the name, {{.CPUPerc}} and
// {{.MemUsage}}, which has no head.
func containerBare(line string, number int) []containerRow {
	m := bareContainer.FindStringSubmatch(strings.TrimSpace(line))
	if m == nil {
		return nil
	}
	return []containerRow{{name: m[1], cpu: m[2], memory: m[3], line: number}}
}

// containerJSON reads a line of docker stats --format json or of podman's, one
// object or a list of them.
func containerJSON(line string, number int) []containerRow {
	line = strings.TrimSpace(line)
	if len(line) < 2 || line[0] != '{' && line[0] != '[' ||
		!strings.Contains(line, `"CPUPerc"`) && !strings.Contains(line, `"MemUsage"`) && !strings.Contains(line, `"cpu_percent"`) && !strings.Contains(line, `"mem_usage"`) {
		return nil
	}
	var list []map[string]any
	if line[0] == '{' {
		line = "[" + line + "]"
	}
	if json.Unmarshal([]byte(line), &list) != nil {
		return nil
	}
	var rows []containerRow
	for _, o := range list {
		r := containerRow{line: number}
		id := ""
		for key, v := range o {
			text, ok := v.(string)
			if !ok {
				continue
			}
			if to := containerColumns[column(key)]; to != nil {
				*to(&r) = text
			} else if c := column(key); c == "container" || c == "id" && id == "" {
				id = text
			}
		}
		if r.name == "" {
			r.name = id
		}
		if r.name != "" && (strings.HasSuffix(r.cpu, "%") || strings.Contains(r.memory, "/")) {
			rows = append(rows, r)
		}
	}
	return rows
}

// add gives the readings of a container; "--" stands where it has stopped. The
// limit of its memory is that of the machine where it has none of its own.
func (r containerRow) add(to adder, n namer) {
	component, known := n.container(r.name)
	instance := ""
	if known || component != r.name {
		instance = tidy(r.name)
	}
	add := to.at(r.line, 0, false)
	give := func(metric, text string, read func(string) (float64, float64, bool)) {
		if v, step, ok := read(text); ok {
			add(capture.Reading{Component: component, Instance: instance, Metric: metric, Value: v, Step: step})
		}
	}
	// Of one core: a container on two of them goes to 200 %.
	give("cpu_cores", r.cpu, percent)
	size := sizing{letter: 1000}.read
	both := func(text, first, second string) {
		a, b, ok := strings.Cut(text, "/")
		if !ok {
			return
		}
		give(first, a, size)
		if strings.Trim(b, " 0B") != "" {
			give(second, b, size)
		}
	}
	both(r.memory, processMemory(component), "memory_limit_bytes")
	both(r.network, "network_received_bytes_total", "network_sent_bytes_total")
	both(r.disk, "disk_read_bytes_total", "disk_written_bytes_total")
}
