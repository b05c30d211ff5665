package applog

import (
	"github.com/peakload/peakload/analyze/internal/errortext"
)

// Most lines of a log are written by few statements. What such a statement
// writes behind the time is remembered as a skeleton: texts that are always the
// same, and between them words with digits, paths and URLs, which vary. A line
// that fits a skeleton needs no level to be looked for and no template to be
// made: both would be those of the line that the skeleton was made of.
//
// Skeletons are kept in one tree, so that a line is compared with all of them
// in one pass: where texts differ the tree branches by the next byte, where
// words with digits stand by what a template makes of them.
type skeletons struct {
	root         *branch
	size         int   // branches in the tree
	learnt, used int64 // skeletons made, and lines that fitted one
	// places are where the varying parts of the last line lie: texts, from the
	// beginning of a word, or behind the first slashes of a path, to its end.
	places [mostVarying]place
	buf    []byte
}

// A place is a part of a line.
type place struct{ from, to int32 }

const (
	// mostVarying bounds the parts of a skeleton that vary.
	mostVarying = 32
	// mostBranches bounds the memory for skeletons; where it is full they are
	// all forgotten. A branch holds less than 500 bytes on average.
	mostBranches = 1 << 13
	// learnFreely is how many skeletons are made whether or not they are of
	// use; after that one is made for every learnPer lines that fitted.
	learnFreely, learnPer = 256, 8
)

// A branch is a text that all skeletons beyond it share, and what may follow.
type branch struct {
	text   string
	firsts []byte // the first bytes of the texts that may follow
	next   []*branch
	words  []wordBranch // words with digits that may follow
	// tail: a path's or a URL's rest follows, always.
	tail  uint8 // 0, classPathEnd or classURLEnd
	after *branch
	leaf  *skeleton // a line may end here
}

// A wordBranch follows a word of which a template makes squashed.
type wordBranch struct {
	squashed string
	to       *branch
}

// A skeleton is what all lines share that a statement writes.
type skeleton struct {
	level   level
	message int // where the message begins
	// process: it may yet be that the system's log is what wrote the line.
	process bool
	status  int // that the fields state
	notes   []fieldNote
	verdict verdict
}

// A fieldNote says where in the lines of a skeleton a field stands: at from
// behind the end of the varying part before it, or behind the line's beginning
// where before is −1. Of a path or URL it is the part that varies itself.
type fieldNote struct {
	kind         field
	before, from int
	// Of a path or a URL: the method, counted back from where it begins.
	method, methodLen int
}

// match finds the skeleton that a line fits; b is what stands behind its time.
func (s *skeletons) match(b []byte) *skeleton {
	n := s.root
	if n == nil || len(b) > errortext.MaxText {
		return nil
	}
	i, varying := 0, 0
	for {
		switch {
		case n.words != nil && i < len(b) && classes[b[i]]&classWord != 0:
			end, to := n.word(s, b, i)
			if to == nil {
				if end > i {
					return nil
				}
				break // a word without digits: a text
			}
			s.places[varying] = place{int32(i), int32(end)}
			varying++
			n, i = to, end
			continue
		case n.tail != 0:
			end := i
			for end < len(b) && classes[b[end]]&n.tail == 0 {
				end++
			}
			s.places[varying] = place{int32(i), int32(end)}
			varying++
			n, i = n.after, end
			continue
		}
		if i == len(b) {
			return n.leaf
		}
		var next *branch
		for k, c := range n.firsts {
			if c == b[i] {
				next = n.next[k]
				break
			}
		}
		if next == nil || len(b)-i < len(next.text) || string(b[i:i+len(next.text)]) != next.text {
			return nil
		}
		n, i = next, i+len(next.text)
	}
}

// word reads the word at b[i]. Where it has digits, end is its end and to the
// branch behind it, nil if there is none; else end is i.
func (n *branch) word(s *skeletons, b []byte, i int) (end int, to *branch) {
	end = i
	for end < len(b) && isDigit(b[end]) {
		end++
	}
	decimals := end > i && i > 1 && b[i-1] == '.' && isDigit(b[i-2])
	var out []byte
	if end > i && (end == len(b) || classes[b[end]]&classWord == 0) {
		if decimals {
			out = append(s.buf[:0], '9')
		} else {
			out = squashNumber(s.buf[:0], b[i:end])
		}
	} else {
		var any uint8
		if end > i {
			any = classDigit
		}
		for end < len(b) && classes[b[end]]&classWord != 0 {
			any |= classes[b[end]]
			end++
		}
		if any&classDigit == 0 {
			return i, nil
		}
		if decimals {
			out = squashDecimals(s.buf[:0], b[i:end])
		} else {
			out = squash(s.buf[:0], b[i:end])
		}
	}
	s.buf = out
	for k := range n.words {
		if n.words[k].squashed == string(out) {
			return end, n.words[k].to
		}
	}
	return end, nil
}

// note takes over the fields of a line that fits k; b is what stands behind
// its time.
func (k *skeleton) note(s *skeletons, b []byte, r *record) {
	for i := range k.notes {
		n := &k.notes[i]
		if n.kind == pathField {
			at := s.places[n.before]
			from := int(at.from) - n.from
			r.path = b[from:at.to]
			if n.method > 0 {
				r.method = b[from-n.method : from-n.method+n.methodLen]
			}
			continue
		}
		from := n.from
		if n.before >= 0 {
			from += int(s.places[n.before].to)
		}
		noteValue(b, n.kind, from, r)
	}
}
