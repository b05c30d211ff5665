package analyze

import (
	"fmt"
	"math"
	"path"
	"strings"

	"github.com/peakload/peakload/analyze/loadtest"
)

// checkCoverage notes files of evidence that tell of a part of the run only:
// what they do not show beyond it may have been all the same. An application's
// log is not among them, for it is silent where all is well.
func (c *context) checkCoverage() {
	type cover struct{ from, to float64 }
	var order []string
	seen := map[string]cover{}
	for _, tr := range c.run.Tracks {
		n := len(tr.Time)
		if n == 0 {
			continue
		}
		x, ok := seen[tr.File]
		if !ok {
			order, x = append(order, tr.File), cover{math.Inf(1), math.Inf(-1)}
		}
		seen[tr.File] = cover{math.Min(x.from, tr.Time[0]-c.start), math.Max(x.to, tr.Time[n-1]-c.start)}
	}
	var parts, files []string // by what they cover
	for _, file := range order {
		part := c.partSeen(seen[file].from, seen[file].to)
		if part == "" {
			continue
		}
		at := len(parts)
		for i, p := range parts {
			if p == part {
				at = i
			}
		}
		if at == len(parts) {
			parts, files = append(parts, part), append(files, file)
			continue
		}
		files[at] += ", " + path.Base(file)
	}
	for i, part := range parts {
		first, _, _ := strings.Cut(files[i], ", ")
		c.note(loadtest.Note{Code: "evidence_partial", Severity: loadtest.Warn, Source: first,
			Message: fmt.Sprintf("Evidence covers a part of the run only%s: what was not seen beyond it may have been all the same (%s).", part, few(files[i]))})
	}
}

// few names files of a list: three at most, and how many more.
func few(list string) string {
	names := strings.Split(list, ", ")
	names[0] = path.Base(names[0])
	if n := len(names) - 3; n > 1 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ")
}
