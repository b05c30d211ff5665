package form

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var (
	someTitles = rapid.SampledFrom([]string{"Performance Metrics", "## Database", "### Database", "#### Cache (Redis)", "# Results", "📊 3. Results", "Notes TBD", ""})
	someLabels = rapid.SampledFrom([]string{"P95 Latency", "Error Rate", "CPU Usage", "CPU Usage", "Ramp-up (0-1 min)", "**Peak** (1-9 min)", "0-500 users", "a\\|b", "`x|y`", "🔥", "TBD", "Execute it", ""})
	someValues = rapid.SampledFrom([]string{"TBD", "TBD%", "⏳", "⏳ Pending", "**TBD** ", "_TBD ms_", "100", "N/A", "< 5 s", "`TBD`", "TBD <!-- c -->", "<!-- c --> TBD", "TBD[^1]", "the word TBD", "", "TBD<br>", "⏳ To be determined after test execution"})
	someItems  = rapid.SampledFrom([]string{"⏳ TBD", "⏳ TBD", "⏳ TBD", "TBD", "⏳ To be determined after test execution", "Keep this", "See: INC-1", "**Count**: TBD", "Component: TBD", "**Count:** ⏳ TBD", "[ ] Execute it", "[x] Buy pizza", "[ ] ⏳ TBD", "**Impact**: 5 %", "TBD <!-- c -->", "Note:\n  more TBD", ""})
	someBlocks = rapid.SampledFrom([]string{
		"Plain prose with TBD.\n", "TBD\n", "⏳ Pending\n", "```\n- TBD\n| a | TBD |\n```\n", "<!-- TBD: ours -->\n", "[^1]: TBD\n", "[^pg]: ours\n", "see [^pg] and [^1]\n",
		"<div>\n- TBD\n</div>\n", "    - TBD\n", "Title TBD\n=====\n", "---\n", "**Date**: TBD\n**Host**: x\n__Users:__ TBD \\\nmore\n", "text\n**Date**: TBD  \n**End**: `a\n**Count**: TBD`\n", "\\\n", "\t- TBD\n",
	})
)

// randomTable draws a table, ragged at times.
func randomTable(t *rapid.T) string {
	n := rapid.IntRange(1, 4).Draw(t, "columns")
	heads := []string{"Metric", "Actual", "Status", "Actual"}[:n]
	var b strings.Builder
	b.WriteString("| " + strings.Join(heads, " | ") + " |\n|" + strings.Repeat("---|", n) + "\n")
	outer := rapid.SampledFrom([]string{"| ", "|", ""}).Draw(t, "edge")
	for range rapid.IntRange(0, 4).Draw(t, "rows") {
		cells := []string{someLabels.Draw(t, "label")}
		for range rapid.IntRange(max(0, n-2), n).Draw(t, "cells") {
			cells = append(cells, someValues.Draw(t, "value"))
		}
		line := strings.Join(cells, rapid.SampledFrom([]string{" | ", "|", "\t|\t"}).Draw(t, "bar"))
		if outer != "" {
			line = outer + line + " |"
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// randomList draws a list, loose or tight, nested at times.
func randomList(t *rapid.T, depth int) string {
	marker := rapid.SampledFrom([]string{"-", "*", "+", "1.", "1)", "7."}).Draw(t, "marker")
	gap := rapid.SampledFrom([]string{"", "", "\n"}).Draw(t, "gap")
	space := rapid.SampledFrom([]string{" ", " ", "   ", "\t"}).Draw(t, "space")
	var b strings.Builder
	for i := range rapid.IntRange(1, 5).Draw(t, "items") {
		if i > 0 {
			b.WriteString(gap)
		}
		m := marker
		if m[0] == '1' && rapid.Bool().Draw(t, "counted") {
			m = fmt.Sprint(i+1) + m[1:]
		}
		b.WriteString(m + space + someItems.Draw(t, "item") + "\n")
		if depth > 0 && rapid.IntRange(0, 4).Draw(t, "nest") == 0 {
			in := randomList(t, depth-1)
			if rapid.IntRange(0, 4).Draw(t, "table") == 0 {
				in = "\n" + randomTable(t)
			}
			pad := strings.Repeat(" ", len(m)+len(space))
			for _, l := range strings.SplitAfter(in, "\n") {
				if strings.TrimSpace(l) != "" {
					l = pad + l
				}
				b.WriteString(l)
			}
		}
	}
	return b.String()
}

// randomDocument draws a document.
func randomDocument(t *rapid.T) []byte {
	var b strings.Builder
	b.WriteString(rapid.SampledFrom([]string{"", "# Start\n", "\ufeff# Start\n", "---\na: TBD\n---\n"}).Draw(t, "start"))
	for range rapid.IntRange(0, 8).Draw(t, "blocks") {
		block := ""
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			block = someTitles.Draw(t, "title") + "\n"
			if block[0] != '#' {
				block = "## " + block
			}
		case 1:
			block = randomTable(t)
		case 2:
			block = randomList(t, 2)
		default:
			block = someBlocks.Draw(t, "block")
		}
		if rapid.IntRange(0, 5).Draw(t, "quoted") == 0 {
			block = "> " + strings.ReplaceAll(strings.TrimSuffix(block, "\n"), "\n", "\n> ") + "\n"
		}
		if rapid.IntRange(0, 3).Draw(t, "apart") > 0 {
			block += "\n"
		}
		b.WriteString(block)
	}
	doc := b.String()
	if rapid.Bool().Draw(t, "no final newline") {
		doc = strings.TrimRight(doc, "\n")
	}
	if rapid.Bool().Draw(t, "crlf") {
		doc = strings.ReplaceAll(doc, "\n", "\r\n")
	}
	return []byte(doc)
}

func randomFilling(t *rapid.T, tag string) filling {
	return filling{
		tag: tag, skip: rapid.IntRange(0, 3).Draw(t, "skip"), items: rapid.IntRange(0, 6).Draw(t, "items"),
		amend: rapid.Bool().Draw(t, "amend"), note: rapid.Bool().Draw(t, "note"), tick: rapid.Bool().Draw(t, "tick"),
	}
}

func TestRandomRefill(t *testing.T) {
	anySeed(t)
	rapid.Check(t, func(t *rapid.T) {
		src := randomDocument(t)
		a, b := randomFilling(t, "A"), randomFilling(t, "Bee")
		d, _ := Parse("", src)
		if !bytes.Equal(d.Bytes(), src) {
			t.Fatal("an untouched document changed")
		}
		one := first(a.fill(t, src))
		two := first(a.fill(t, one))
		equal(t, "twice", src, one, two)
		equal(t, "B after A", src, first(b.fill(t, src)), first(b.fill(t, one)))
		d, _ = Parse("", one)
		d.touched = true
		equal(t, "taken back", src, src, d.Bytes())
	})
}

func equal(t *rapid.T, what string, src, want, got []byte) {
	if !bytes.Equal(want, got) {
		same(t, what, want, got)
		t.Fatalf("%s\n--- document\n%s\n--- want\n%s\n--- got\n%s", what, show(src), show(want), show(got))
	}
}

func show(b []byte) string { return strings.ReplaceAll(string(b), "\r", "␍") }
