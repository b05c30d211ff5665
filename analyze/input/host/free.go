package host

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

// The rows of free, in the languages that translate "Mem:".
var (
	freeRow     = regexp.MustCompile(`^ *(Mem|Mem\.|Speicher|Mém|Memoria|Swap|-/\+ buffers/cache|Low|High|Total) ?:((?: +[0-9]+(?:[.,][0-9]+)?(?:[KMGTPEkmgtpe]i?|B)?B?)+) *$`)
	freeHeader  = regexp.MustCompile(`^ +total +used +free\b`)
	freeCommand = regexp.MustCompile(`(?:^|[$#>;|&] *|\d )free((?: +-\S+(?: +\d+)?)*) *(?:$|[;|&>])`)
)

func freeParser() capture.Parser {
	return capture.Parser{
		Kind: "free", What: "free's output",
		Sniff: func(lines []string) bool { return slices.ContainsFunc(lines, freeRow.MatchString) },
		New: func() func(*capture.Sample, func(capture.Reading)) {
			f := &freeReader{}
			return f.read
		},
	}
}

// A freeReader reads free's table in all its versions: procps 4 and BusyBox
// (used is total less available), procps 3.3.10 (used excludes caches), older
// (used includes them, and a row "-/+ buffers/cache" gives it without).
type freeReader struct {
	stated, letter float64 // bytes of a plain number and base of "K", as a command line said; 0 not
	unit           float64 // decided for a machine of this total
	total          float64
}

func (f *freeReader) read(s *capture.Sample, to func(capture.Reading)) {
	var used, swap capture.Reading
	for i, line := range s.Lines {
		if m := freeCommand.FindStringSubmatch(line); m != nil {
			f.command(m[1])
			s.Use(i, i+1)
		}
		if s.Used(i) {
			continue
		}
		if freeHeader.MatchString(line) {
			s.Use(i, i+1)
			continue
		}
		m := freeRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		cells := strings.Fields(m[2])
		add := adder(to).at(s.Line+i, 0, false)
		switch m[1] {
		case "Low", "High", "Total":
		case "Swap":
			if z, ok := f.sizing(cells, false); ok && len(cells) >= 3 {
				if v, step, ok := z.read(cells[1]); ok {
					swap = capture.Reading{Component: machine, Metric: "swap_used_bytes", Value: v, Step: step, Line: s.Line + i}
				}
			}
		case "-/+ buffers/cache":
			if z, ok := f.sizing(cells, false); ok {
				if v, step, ok := z.read(cells[0]); ok {
					used.Value, used.Step, used.Line = v, step, s.Line+i
				}
			}
		default:
			if len(cells) < 3 || len(cells) > 7 {
				continue
			}
			z, ok := f.sizing(cells, true)
			if !ok {
				continue
			}
			if used.Metric != "" { // free -s prints page after page
				add(used)
			}
			used = f.memory(add, z, cells)
			used.Line = s.Line + i
		}
		s.Use(i, i+1)
	}
	add := adder(to).at(0, 0, false)
	if used.Metric != "" {
		add(used)
	}
	if swap.Metric != "" {
		add(swap)
	}
}

// memory gives the row of memory but for what is used, which a later row may
// correct.
func (f *freeReader) memory(add adder, z sizing, cells []string) capture.Reading {
	v, steps := make([]float64, len(cells)), 0.0
	for i, c := range cells {
		var step float64
		v[i], step, _ = z.read(c)
		steps = max(steps, step)
		if i == 0 {
			add.host("memory_limit_bytes", v[0], step)
		}
	}
	_, step, _ := z.read(cells[1])
	used := v[1]
	// total used free shared buffers cached: used and free are all there is.
	old := len(v) == 6 && math.Abs(v[1]+v[2]-v[0]) <= 2*steps && v[4]+v[5] > 2*steps && math.Abs(v[1]+v[5]-v[0]) > 2*steps
	switch {
	case old:
		used -= v[4] + v[5]
	case len(v) >= 6:
		last := len(v) - 1
		_, s, _ := z.read(cells[last])
		add.host("memory_available_bytes", v[last], s)
	}
	return capture.Reading{Component: machine, Metric: "memory_bytes", Value: used, Step: step}
}

// command takes the unit from the command line, where the capture shows it.
func (f *freeReader) command(options string) {
	f.letter, f.stated = 1024, kib
	if strings.Contains(options, "--si") {
		f.letter, f.stated = 1000, 1000
	}
	for i, o := range []struct {
		short byte
		long  string
	}{{'b', "--bytes"}, {'k', "--kibi"}, {'m', "--mebi"}, {'g', "--gibi"}} {
		for _, w := range strings.Fields(options) {
			if w == o.long || len(w) > 1 && w[0] == '-' && w[1] != '-' && strings.IndexByte(w, o.short) > 0 {
				f.stated = math.Pow(f.letter, float64(i))
			}
		}
	}
}

// sizing decides the unit of numbers that have none.
//
// A command line in the capture tells. Without one: the kernel counts memory
// in pages of 4 KiB, so that a row in bytes is of multiples of 4096 only, and
// a row in KiB of multiples of 4 only; a row that is neither is in MiB. Each
// must also make a machine of 128 MiB to 64 TiB. A total below 128 is in GiB.
// One of 128 to 1024 is either a small machine in MiB or a large one in GiB,
// and is not read.
func (f *freeReader) sizing(cells []string, row bool) (sizing, bool) {
	z := sizing{letter: 1024}
	if f.letter > 0 {
		z.letter = f.letter
	}
	withUnit := false
	var n []float64
	for _, c := range cells {
		v, _, ok := number(c)
		if !ok {
			withUnit = true
			continue
		}
		n = append(n, v)
	}
	switch {
	case withUnit:
		z.plain = 1 // "0" beside "23Gi"
		return z, true
	case f.stated > 0:
		z.plain = f.stated
		return z, true
	case !row:
		z.plain = f.unit
		return z, f.unit > 0
	case f.unit > 0 && f.total == n[0]:
		z.plain = f.unit
		return z, true
	}
	multiples := func(of float64) bool {
		return !slices.ContainsFunc(n, func(v float64) bool { return math.Mod(v, of) != 0 })
	}
	sound := func(unit float64) bool { return n[0]*unit >= 128*mib && n[0]*unit <= 64*tib }
	switch {
	case multiples(4096) && sound(1):
		z.plain = 1
	case multiples(4) && sound(kib):
		z.plain = kib
	case n[0] > 1024 && sound(mib):
		z.plain = mib
	case n[0] >= 1 && n[0] < 128:
		z.plain = gib
	}
	if z.plain > 0 {
		f.unit, f.total = z.plain, n[0]
	}
	return z, z.plain > 0
}
