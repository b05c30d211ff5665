package form

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// written returns the slots that an earlier Set filled, without those that are
// known by their text alone: kept, but not reported.
func written(d *Doc) []*Slot {
	var w []*Slot
	for _, s := range d.slots {
		if s.State == Written && s.kind == bySet && s.role != inParagraph && s.role != rowLabel && s.group != "row tbd" {
			w = append(w, s)
		}
	}
	return w
}

func TestPersonsWordsWin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := randomDocument(t)
		a, b := randomFilling(t, "A"), randomFilling(t, "Bee")
		a.skip, b.skip = 0, 0
		a.amend, b.amend = false, false // several rows of one name cannot be told apart when renamed
		if a.items > 0 {
			b.items = max(1, b.items)
		} else {
			b.items = 0
		}
		one := first(a.fill(t, src))
		d, _ := Parse("", one)
		slots := written(d)
		if len(slots) == 0 {
			return
		}
		s := slots[rapid.IntRange(0, len(slots)-1).Draw(t, "slot")]
		mine := []byte(string(one[:s.start]) + "123 ms, INC-77" + string(one[s.end:]))
		kept, sum := b.fill(t, mine)
		if !bytes.Contains(kept, []byte("123 ms, INC-77")) {
			t.Fatalf("lost in\n%s\nfrom\n%s", kept, mine)
		}
		if len(sum.Kept) == 0 {
			t.Fatalf("not reported: %+v\n%s", sum, mine)
		}
		equal(t, "twice", mine, kept, first(b.fill(t, kept)))
		b.overwrite = true
		over := first(b.fill(t, kept))
		if bytes.Contains(over, []byte("INC-77")) {
			t.Fatalf("not overwritten in\n%s\nfrom\n%s", over, mine)
		}
	})
}

// mangle changes the lines of a document as people and merges do.
func mangle(t *rapid.T, doc []byte) []byte {
	lines := strings.SplitAfter(string(doc), "\n")
	for range rapid.IntRange(1, 4).Draw(t, "changes") {
		if len(lines) == 0 {
			lines = []string{""}
		}
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "from")
		j := rapid.IntRange(i, min(i+6, len(lines))).Draw(t, "to")
		k := rapid.IntRange(0, len(lines)).Draw(t, "at")
		part := append([]string(nil), lines[i:j]...)
		switch rapid.IntRange(0, 6).Draw(t, "change") {
		case 0: // cut
			lines = append(lines[:i:i], lines[j:]...)
		case 1: // copy
			lines = append(append(lines[:k:k], part...), lines[k:]...)
		case 2: // conflict
			lines = append(append(append(append(lines[:i:i], "<<<<<<< ours\n"), part...), "=======\n"), append(part, append([]string{">>>>>>> theirs\n"}, lines[j:]...)...)...)
		case 3: // a word of one's own
			if j > i {
				words := strings.Fields(lines[i])
				if len(words) > 0 {
					w := words[rapid.IntRange(0, len(words)-1).Draw(t, "word")]
					lines = append(append(lines[:i:i], strings.Replace(lines[i], w, "mine", 1)), lines[i+1:]...)
				}
			}
		case 4: // a line of one's own
			lines = append(append(lines[:i:i], rapid.SampledFrom([]string{"\n", "- mine\n", "mine\n", "## Mine\n", "| mine | TBD |\n", "1. TBD\n", "[^pg]: mine\n", "```\n", "<!--\n", "-->\n"}).Draw(t, "line")), lines[i:]...)
		case 5: // a byte is lost
			if n := len(lines[i]); n > 0 {
				b := rapid.IntRange(0, n-1).Draw(t, "byte")
				lines = append(append(lines[:i:i], lines[i][:b]+lines[i][b+1:]), lines[i+1:]...)
			}
		case 6: // the end is lost
			lines = append(lines[:i:i], "")
		}
	}
	return []byte(strings.Join(lines, ""))
}

func TestMangled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := randomDocument(t)
		a, b := randomFilling(t, "A"), randomFilling(t, "Bee")
		a.items, b.items = max(1, a.items), max(1, b.items)
		doc := mangle(t, first(a.fill(t, src)))
		d, _ := Parse("", doc)
		if !bytes.Equal(d.Bytes(), doc) {
			t.Fatal("an untouched document changed")
		}
		for _, f := range []filling{a, b} {
			// What was torn apart may be known again only after it was
			// put in order once.
			one := first(f.fill(t, doc))
			two := first(f.fill(t, one))
			equal(t, "three times", one, two, first(f.fill(t, two)))
		}
	})
}

func ExampleSlot_Set() {
	const doc = "## Timeout Errors\n\n- **Count**: TBD\n- **Percentage**: TBD%\n"
	d, _ := Parse("results.md", []byte(doc))
	for _, s := range d.Find("timeout error") {
		for _, it := range s.Lists[0].Items {
			if Key(it.Label) == "count" {
				it.Value.Set("17")
			}
		}
	}
	fmt.Println(strings.Split(string(d.Bytes()), "\n\n<!--")[0])
	fmt.Println(d.Summary().Unknown[0])
	// Output:
	// ## Timeout Errors
	//
	// - **Count**: 17
	// - **Percentage**: TBD%
	// {4 not a blank this version knows Percentage}
}
