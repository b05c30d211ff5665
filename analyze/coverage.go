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
	var parts []string // what files cover, and the files by it
	files := map[string][]string{}
	for _, file := range order {
		part := c.partSeen(seen[file].from, seen[file].to)
		if part == "" {
			continue
		}
		if files[part] == nil {
			parts = append(parts, part)
		}
		files[part] = append(files[part], file)
	}
	for _, part := range parts {
		c.note(loadtest.Note{Code: "evidence_partial", Severity: loadtest.Warn, Source: files[part][0],
			Message: fmt.Sprintf("Evidence covers a part of the run only%s: what was not seen beyond it may have been all the same (%s).", part, few(files[part]))})
	}
}

// few names files: three at most, and how many more.
func few(files []string) string {
	var names []string
	for _, f := range files {
		names = append(names, path.Base(f))
	}
	if n := len(names) - 3; n > 1 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ")
}
