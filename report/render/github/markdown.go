package github

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/report/render/text"
)

// Marker is the comment by which a workflow finds the comment to replace.
const Marker = "<!-- peakload:comment -->"

// MaxComment is the longest comment that is written, in bytes. GitHub takes
// 65,536 characters.
const MaxComment = 65000

// maxRows limits each table and list above the full report.
const maxRows = 40

// Summary returns the verdict in Markdown: the targets, what stood out, the
// comparison with the baseline and the doubts about the data.
func Summary(a *analyze.Analysis) []byte {
	var b bytes.Buffer
	icon := map[analyze.Verdict]string{analyze.Passed: "✅", analyze.Failed: "❌", analyze.Incomplete: "➖"}[a.Verdict]
	fmt.Fprintf(&b, "## %s %s\n\n", icon, form.Escape(text.VerdictText(a)))
	if line := runLine(a); line != "" {
		b.WriteString(line + "\n\n")
	}
	targets(&b, a.Targets)
	highlights(&b, a)
	comparison(&b, a.Baseline)
	doubts(&b, a.Quality)
	return b.Bytes()
}

// Comment returns a comment for a pull request: the summary, and the filled
// document folded beneath it as far as there is room. It is never longer than
// MaxComment bytes.
func Comment(a *analyze.Analysis, filled []byte) []byte {
	head := append([]byte(Marker+"\n"), Summary(a)...)
	if len(head) > MaxComment {
		return clip(head, MaxComment, "\n\n*The rest is left out: a comment has room for 65,000 characters.*\n")
	}
	const open, end = "<details>\n<summary>The full report</summary>\n\n", "\n</details>\n"
	body := plainDocument(filled)
	room := MaxComment - len(head) - len(open) - len(end)
	switch {
	case len(body) == 0 || room < 1000:
		return head
	case len(body) > room:
		body = clip(body, room, "\n\n*The rest is left out: a comment has room for 65,000 characters.*\n")
	}
	return bytes.Join([][]byte{head, []byte(open), body, []byte(end)}, nil)
}

// clip cuts Markdown after a whole line, before an open block of code if it
// would end in one, and adds a last word; the result has at most n bytes.
func clip(src []byte, n int, last string) []byte {
	cut := src[:n-len(last)]
	if i := bytes.LastIndexByte(cut, '\n'); i >= 0 {
		cut = cut[:i+1]
	} else {
		cut = bytes.ToValidUTF8(cut, nil)
	}
	if fences := fence.FindAllIndex(cut, -1); len(fences)%2 == 1 {
		cut = cut[:fences[len(fences)-1][0]]
	}
	return append(bytes.Clone(cut), last...)
}

var (
	fence    = regexp.MustCompile("(?m)^ {0,3}(```|~~~)")
	comments = regexp.MustCompile(`(?s)<!--.*?-->\n?`)
	images   = regexp.MustCompile(`!\[([^\]]*)\]\([^)]*\)`)
)

// plainDocument is the document without what has no meaning in a comment:
// remarks for machines, and pictures whose files are not there.
func plainDocument(src []byte) []byte {
	src = form.WithoutPictures(src)
	src = comments.ReplaceAll(src, nil)
	src = images.ReplaceAll(src, []byte("*$1*"))
	return bytes.TrimSpace(src)
}

func runLine(a *analyze.Analysis) string {
	var parts []string
	if a.Run.Label != "" {
		parts = append(parts, "**"+form.Escape(a.Run.Label)+"**")
	}
	if d, ok := a.Run.Duration.Float(); ok {
		parts = append(parts, measure.Span(d))
	}
	if a.Run.UsersPeak.Measured() {
		parts = append(parts, "up to "+measure.Format(a.Run.UsersPeak, measure.Style{}))
	}
	if a.Run.Requests.Measured() {
		parts = append(parts, measure.Format(a.Run.Requests, measure.Style{})+" requests")
	}
	return strings.Join(parts, " · ")
}

func targets(b *bytes.Buffer, rs []analyze.TargetResult) {
	if len(rs) == 0 {
		b.WriteString("There is no target to judge by.\n\n")
		return
	}
	b.WriteString("| Target | Where | Limit | Actual | Status |\n|---|---|---|---|---|\n")
	for i, r := range rs {
		if i == maxRows {
			fmt.Fprintf(b, "| +%d more | | | | |\n", len(rs)-i)
			break
		}
		row := text.RowOf(r)
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s %s |\n", form.Escape(row.Name), form.Escape(row.Where), form.Escape(row.Limit), form.Escape(row.Actual), row.Icon, row.Word)
	}
	b.WriteByte('\n')
}

// highlights are the two things a reader asks for next: what the system can
// take, and what stands in its way.
func highlights(b *bytes.Buffer, a *analyze.Analysis) {
	var lines []string
	if t := a.Capacity.BreakingText; t != "" {
		lines = append(lines, "**Breaking point:** "+form.Escape(t))
	}
	if f := a.Diagnosis.Findings; len(f) > 0 {
		lines = append(lines, "**Primary bottleneck:** "+form.Escape(f[0].Component)+" — "+form.Escape(f[0].Symptom))
	}
	for _, o := range a.Stability.Outages {
		lines = append(lines, "**Outage:** "+form.Escape(fmt.Sprintf("%.0f–%.0f s of the run: %s", o.Start, o.End, o.Evidence)))
		if len(lines) > maxRows {
			break
		}
	}
	for _, l := range lines {
		b.WriteString("- " + l + "\n")
	}
	if len(lines) > 0 {
		b.WriteByte('\n')
	}
}

func comparison(b *bytes.Buffer, c *analyze.Comparison) {
	if c == nil {
		return
	}
	fmt.Fprintf(b, "| | %s | %s | Difference |\n|---|---|---|---|\n", form.Escape(cmp.Or(c.Label, "Baseline")), form.Escape(cmp.Or(c.Current, "This run")))
	for _, r := range c.Rows {
		diff := measure.Format(r.Difference, measure.Style{Plain: true, Signed: true})
		if r.Relative.Measured() {
			diff += " (" + measure.Format(r.Relative, measure.Style{Plain: true, Signed: true}) + ")"
		}
		switch r.Significant {
		case analyze.No:
			diff = "~ " + diff
		case analyze.Unknown:
			diff += ", cannot tell from noise"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", form.Escape(metricWords(r.Metric)), form.Escape(measure.Format(r.Baseline, measure.Style{})), form.Escape(measure.Format(r.Current, measure.Style{})), form.Escape(diff))
	}
	b.WriteString("\n`~` is within noise.\n\n")
}

func metricWords(metric string) string {
	switch metric {
	case "rps":
		return "Throughput"
	case "cpu":
		return "CPU"
	}
	return strings.ReplaceAll(metric, "_", " ")
}

func doubts(b *bytes.Buffer, notes []loadtest.Note) {
	n := 0
	for _, note := range notes {
		if note.Severity == loadtest.Info {
			continue
		}
		if n++; n > maxRows {
			continue
		}
		source := ""
		if note.Source != "" {
			source = form.Escape(note.Source) + ": "
		}
		b.WriteString("- ⚠️ " + source + form.Escape(note.Message) + "\n")
	}
	if n > maxRows {
		fmt.Fprintf(b, "- +%d more\n", n-maxRows)
	}
	if n > 0 {
		b.WriteByte('\n')
	}
}
