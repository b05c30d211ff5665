package form

import (
	"fmt"
	"strings"
	"testing"
)

// megabytes are documents of about 1 MB, each long in its own way.
func megabytes() map[string]string {
	many := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			b.WriteString(f(i))
		}
		return b.String()
	}
	const mb = 1 << 20
	table := "# T\n\n| Metric | Target | Actual | Status |\n|---|---|---|---|\n"
	return map[string]string{
		"table":      table + many(mb, func(i int) string { return fmt.Sprintf("| P95 of %d | < 5 s | TBD ms | ⏳ |\n", i) }),
		"same rows":  table + many(mb, func(int) string { return "| P95 | < 5 s | TBD ms | ⏳ |\n" }),
		"sections":   many(mb, func(int) string { return "\n## Part\n\n**Date**: TBD\n\n- **Count**: TBD\n- ⏳ TBD\n" }),
		"list":       "# L\n\n" + many(mb, func(int) string { return "- ⏳ TBD\n" }),
		"lists":      "# L\n\n" + many(mb, func(int) string { return "1. ⏳ TBD\n2. ⏳ TBD\n\ntext\n\n" }),
		"labels":     "# L\n\n" + many(mb, func(i int) string { return fmt.Sprintf("- Count %d: TBD\n", i%7) }),
		"paragraph":  "# P\n\n" + many(mb, func(int) string { return "**Date**: TBD\n" }),
		"one line":   "# P\n\n- **A**: TBD" + many(mb, func(int) string { return "*_`[](<b&am![^1]|\\" }),
		"ticks":      "# P\n\n" + many(mb, func(i int) string { return strings.Repeat("`", i%900+1) + " " }),
		"quotes":     strings.Repeat(">", 5000) + " TBD\n" + many(mb, func(int) string { return "> - ⏳ TBD\n" }),
		"footnotes":  "# F\n\n" + many(mb, func(i int) string { return fmt.Sprintf("[^n%d]: note[^n%d]\n", i, i+1) }),
		"comments":   "# C\n\n" + many(mb, func(int) string { return memoryIntro + "\n" }),
		"paragraphs": "# P\n\n" + many(mb, func(i int) string { return fmt.Sprintf("text %d\n\nTBD\n\n", i) }),
	}
}

func BenchmarkMegabyte(b *testing.B) {
	for name, src := range megabytes() {
		b.Run(name, func(b *testing.B) {
			one, _ := fillA.fill(b, []byte(src))
			b.ResetTimer()
			for range b.N {
				fillB.fill(b, one)
			}
		})
	}
}
