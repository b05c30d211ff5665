package host

import (
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// kubectlColumns reports whether a line is the head of kubectl top's table.
func kubectlColumns(line string) ([]string, bool) {
	f := strings.Fields(line)
	return f, slices.Contains(f, "CPU(cores)") && slices.Contains(f, "MEMORY(bytes)") && (slices.Contains(f, "NAME") || slices.Contains(f, "POD"))
}

// kubectlParser reads kubectl top pods (--containers, -A) and kubectl top
// nodes. A node is the host, the pods are instances of their components.
func kubectlParser(procs []Process) capture.Parser {
	return capture.Parser{
		Kind: "kubectl_top", What: "output of kubectl top",
		Sniff: func(lines []string) bool {
			return slices.ContainsFunc(lines, func(l string) bool {
				_, ok := kubectlColumns(l)
				return ok || kubectlBare(strings.Fields(l)) != nil
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
					if c, ok := kubectlColumns(line); ok {
						columns = c
						s.Use(i, i+1)
						continue
					}
					f, columns := strings.Fields(line), columns
					if columns == nil {
						columns = kubectlBare(f)
					}
					if columns != nil && len(f) == len(columns) && addKubectl(columns, f, adder(add).at(s.Line+i, 0, false), n) {
						s.Use(i, i+1)
					}
				}
			}
		},
	}
}

var (
	bareCores  = regexp.MustCompile(`^\d+[mun]$`)
	bareMemory = regexp.MustCompile(`^\d+(?:Ki|Mi|Gi)$`)
	bareShare  = regexp.MustCompile(`^\d+%$`)
)

// kubectlBare returns the columns of a row of kubectl top --no-headers, which
// its quantities tell: of pods, of pods with their namespace (-A), of nodes.
func kubectlBare(f []string) []string {
	switch n := len(f); {
	case n == 3 && bareCores.MatchString(f[1]) && bareMemory.MatchString(f[2]):
		return []string{"NAME", "CPU(cores)", "MEMORY(bytes)"}
	case n == 4 && bareCores.MatchString(f[2]) && bareMemory.MatchString(f[3]):
		return []string{"NAMESPACE", "NAME", "CPU(cores)", "MEMORY(bytes)"}
	case n == 5 && bareCores.MatchString(f[1]) && bareShare.MatchString(f[2]) && bareMemory.MatchString(f[3]) && bareShare.MatchString(f[4]):
		return []string{"NAME", "CPU(cores)", "CPU%", "MEMORY(bytes)", "MEMORY%"}
	}
	return nil
}

func addKubectl(columns, cells []string, add adder, n namer) bool {
	cell := func(name string) string {
		if i := slices.Index(columns, name); i >= 0 {
			return cells[i]
		}
		return ""
	}
	cpu, memory := cell("CPU(cores)"), cell("MEMORY(bytes)")
	cores, coreStep, okCPU := cores(cpu)
	bytes, byteStep, okMemory := sizing{plain: 1, letter: 1000}.read(memory)
	if !okCPU && cpu != "<unknown>" || !okMemory && memory != "<unknown>" {
		return false
	}
	share := cell("CPU%")
	if share == "" {
		share = cell("CPU(%)")
	}
	component, instance := machine, tidy(cell("NAME"))
	if share == "" { // pods
		pod := cell("POD")
		if pod == "" {
			pod = cell("NAME")
		}
		var known bool
		component, known = n.container(cell("NAME"))
		if c, ok := n.container(pod); !known && ok {
			component = c
		}
		instance = tidy(pod)
		if pod != cell("NAME") {
			instance = tidy(pod + "/" + cell("NAME"))
		}
	}
	give := func(metric string, v, step float64, ok bool) {
		if ok {
			add(capture.Reading{Component: component, Instance: instance, Metric: metric, Value: v, Step: step})
		}
	}
	give("cpu_cores", cores, coreStep, okCPU)
	give(processMemory(component), bytes, byteStep, okMemory)
	ratio, step, ok := percent(share)
	give("cpu_ratio", ratio, step, ok)
	return true
}

// cores reads Kubernetes's quantities of processors: "123m", "2", "2500000n".
func cores(text string) (v, step float64, ok bool) {
	scale := 1.0
	for suffix, s := range map[string]float64{"m": 1e-3, "u": 1e-6, "n": 1e-9} {
		if strings.HasSuffix(text, suffix) {
			text, scale = strings.TrimSuffix(text, suffix), s
			break
		}
	}
	v, step, ok = number(text)
	return v * scale, step * scale, ok
}
