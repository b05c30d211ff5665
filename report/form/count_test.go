package form

import (
	"strings"
	"testing"
)

func TestCount(t *testing.T) {
	d, err := Parse("x.md", []byte("# A\n\n- **B**: TBD\n- **C**: TBD\n\n## D\n\n1. ⏳ TBD\n"))
	if err != nil {
		t.Fatal(err)
	}
	d.Sections[1].Lists[0].Items[0].Value.Set("not measured")
	d.Sections[1].Lists[0].Items[1].Value.Set("5 ms")
	d.Sections[2].Lists[0].SetItems([]string{"not measured", "more"})
	if n := d.Count(func(m string) bool { return strings.HasPrefix(m, "not measured") }); n != 2 {
		t.Errorf("%d, want 2", n)
	}
}
