package form

import (
	"bytes"
	"testing"
)

// FuzzFill feeds any bytes: nothing may panic or hang, an untouched document
// comes out as it went in, and what is filled can be filled again and settles.
func FuzzFill(f *testing.F) {
	for _, src := range documents(f) {
		if len(src) > 4000 {
			continue // long ones only slow the search down
		}
		f.Add(src)
		f.Add(first(fillA.fill(f, src)))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<14 {
			return
		}
		d, err := Parse("fuzz", src)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(d.Bytes(), src) {
			t.Fatal("an untouched document changed")
		}
		one, sum := fillA.fill(t, src)
		if sum.Filled > sum.Blanks {
			t.Fatalf("filled more than there is: %+v", sum)
		}
		if sum.Filled == 0 && !bytes.Contains(src, []byte(memoryOpen)) && len(sum.Kept) == 0 && !bytes.Contains(one, []byte("(measured: A)")) && !bytes.Contains(one, []byte("[x]")) {
			same(t, "nothing was filled", src, one)
		}
		two := first(fillA.fill(t, one))
		same(t, "three times", two, first(fillA.fill(t, two)))
	})
}
