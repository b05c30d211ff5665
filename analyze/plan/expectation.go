package plan

import "strings"

// ParseExpectation reads the target that a sentence states: "P95 latency stays
// below 1 s", "error rate under 5%", "at least 500 requests per second". ok is
// false for sentences that state none, or that say more than a target.
func ParseExpectation(text string) (t Target, ok bool) {
	plain := plainText(text)
	lower := strings.ToLower(plain)
	if len(lower) != len(plain) {
		return Target{}, false
	}
	at, length := -1, 0
	for _, o := range ops {
		i := strings.Index(lower, o.text)
		if i < 0 || i > 0 && plain[i-1] != ' ' && o.text[0] < 0x80 && o.text[0] >= 'a' {
			continue // "cover"
		}
		if at < 0 || i < at || i == at && len(o.text) > length {
			at, length = i, len(o.text)
		}
	}
	if at < 0 {
		return Target{}, false
	}
	var label []string
	for _, w := range strings.Fields(plain[:at]) {
		switch strings.ToLower(strings.Trim(w, ",:")) {
		case "stays", "stay", "remains", "remain", "is", "are", "be", "keeps", "kept", "holds", "should", "must", "will", "always", "at":
		default:
			label = append(label, w)
		}
	}
	cell := strings.TrimRight(plain[at:], " .")
	if len(label) == 0 { // "at least 500 requests per second"
		label = []string{"Throughput"}
	}
	t, err := ParseTargetCell(strings.Join(label, " "), cell, Pos{})
	return t, err == nil
}
