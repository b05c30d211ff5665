package applog

import (
	"bytes"

	"github.com/peakload/peakload/analyze/internal/errortext"
)

// An anatomy is what varies in a message, as its template was made.
type anatomy struct {
	varying []varyingPart
	notes   []fieldNote
}

// A varyingPart is a word with digits, or the rest of a path or URL.
type varyingPart struct {
	place
	tail     uint8 // classPathEnd or classURLEnd; 0 is a word
	squashed string
}

func (a *anatomy) word(from, to int, squashed []byte) {
	a.varying = append(a.varying, varyingPart{place{int32(from), int32(to)}, 0, string(squashed)})
}

func (a *anatomy) tail(class uint8, from, to int) {
	a.varying = append(a.varying, varyingPart{place{int32(from), int32(to)}, class, ""})
}

func (a *anatomy) field(kind field, at int) {
	n := fieldNote{kind: kind, before: len(a.varying) - 1, from: at}
	if n.before >= 0 {
		n.from -= int(a.varying[n.before].to)
	}
	a.notes = append(a.notes, n)
}

// learn makes the skeleton of a line that was taken apart the long way; b is
// what stood behind its time. It makes none where another line of the same
// texts might have to be taken apart otherwise.
func (s *skeletons) learn(b []byte, r *record, v verdict) {
	if s.learnt > learnFreely && s.learnt-learnFreely > s.used/learnPer || len(b) > errortext.MaxText {
		return
	}
	s.learnt++
	k, ok := headOf(b, r)
	if !ok {
		return
	}
	message := b[k.message:]
	a := anatomy{}
	t := template{seen: &a}
	again := record{plain: true}
	t.add(message, &again)
	if len(a.varying) > mostVarying {
		return
	}
	for i, p := range a.varying {
		// The last letter of a word decides whether it is a URL's scheme.
		if p.tail == 0 && bytes.HasPrefix(message[p.to:], []byte("://")) {
			return
		}
		a.varying[i].from += int32(k.message)
		a.varying[i].to += int32(k.message)
	}
	for i := range a.notes {
		if n := &a.notes[i]; n.before < 0 {
			n.from += k.message
		}
	}
	k.notes, k.verdict, k.status = a.notes, v, again.status
	if s.size > mostBranches || s.root == nil {
		s.root, s.size = &branch{}, 1
	}
	s.insert(b, a.varying, k)
}

// path adds the path or URL that was just taken over from a message, with the
// method before it.
func (a *anatomy) path(message []byte, r *record) {
	at := len(a.varying) - 1
	from := cap(message) - cap(r.path)
	n := fieldNote{kind: pathField, before: at, from: int(a.varying[at].from) - from}
	if r.method != nil {
		method := cap(message) - cap(r.method)
		if between := message[method+len(r.method) : from]; between[0] == ' ' && len(bytes.TrimLeft(between[1:], `"'`)) == 0 {
			n.method, n.methodLen = from-method, len(r.method)
		}
	}
	a.notes = append(a.notes, n)
}

// headOf reads what stands before the message: text without digits in which
// the level is. ok is false where what follows could make it another head.
func headOf(b []byte, r *record) (k *skeleton, ok bool) {
	l, behindLevel := findLevel(b)
	k = &skeleton{level: l, message: len(b) - len(r.message)}
	if l == noLevel || l == detail || l != r.level || k.message < len(b)-len(behindLevel) || len(r.message) == 0 || bytes.ContainsAny(b[:k.message], "0123456789") {
		return nil, false
	}
	if unshortened := behind(behindLevel); len(unshortened) == len(r.message) && dottedDigits(r.message) {
		return nil, false // it may or may not be the name of a logger
	}
	inside := behindSpaces(b)
	if inside[0] == '{' || isDigit(inside[0]) || inside[0] == '[' && len(inside) > 1 && isDigit(inside[1]) || looksLikePairs(inside) ||
		bytes.HasPrefix(b, []byte(" stdout ")) || bytes.HasPrefix(b, []byte(" stderr ")) {
		return nil, false
	}
	if q := bytes.IndexByte(b, '"'); q >= 0 {
		end := q + 1
		for end < len(b) && b[end]-'A' < 26 {
			end++
		}
		if isMethod(b[q+1 : end]) {
			return nil, false // it may or may not be a line of an access log
		}
	}
	k.process = mayBeProcess(b, k.message)
	return k, true
}

// dottedDigits reports that the word, of letters that names of loggers are made
// of, with which a message begins has both digits and dots.
func dottedDigits(b []byte) bool {
	dots, digits := false, false
	for i := 0; i < len(b) && (isWord(b[i]) || b[i] == '.' || b[i] == '-' || b[i] == '$'); i++ {
		dots = dots || b[i] == '.'
		digits = digits || isDigit(b[i])
	}
	return dots && digits
}

// mayBeProcess reports that the text before b[head], which does not vary, does
// not rule out that a host and a process stand at the beginning.
func mayBeProcess(b []byte, head int) bool {
	if b[0] != ' ' || len(b) > 1 && b[1] == ' ' {
		return false
	}
	spaces := 0
	for _, c := range b[:min(head, 100)] {
		if c == ' ' {
			spaces++
		}
	}
	return spaces < 3 || processPrefix(b) > 0
}

// insert puts a line's skeleton into the tree.
func (s *skeletons) insert(b []byte, varying []varyingPart, k *skeleton) {
	n, i := s.root, 0
	for _, p := range varying {
		n = s.text(n, b[i:p.from])
		switch {
		case n == nil:
			return
		case p.tail == 0:
			n = s.wordAt(n, p.squashed)
		default:
			if n.tail != p.tail {
				n.tail, n.after = p.tail, s.branch("")
			}
			n = n.after
		}
		i = int(p.to)
	}
	if n = s.text(n, b[i:]); n != nil {
		n.leaf = k
	}
}

func (s *skeletons) branch(text string) *branch {
	s.size++
	return &branch{text: text}
}

func (s *skeletons) wordAt(n *branch, squashed string) *branch {
	for _, w := range n.words {
		if w.squashed == squashed {
			return w.to
		}
	}
	to := s.branch("")
	n.words = append(n.words, wordBranch{squashed, to})
	return to
}

// text walks on by a text and makes the branches that are missing.
func (s *skeletons) text(n *branch, text []byte) *branch {
	for len(text) > 0 {
		k := bytes.IndexByte(n.firsts, text[0])
		if k < 0 {
			to := s.branch(string(text))
			n.firsts, n.next = append(n.firsts, text[0]), append(n.next, to)
			return to
		}
		to := n.next[k]
		same := 0
		for same < len(text) && same < len(to.text) && text[same] == to.text[same] {
			same++
		}
		if same < len(to.text) {
			split := s.branch(to.text[:same])
			to.text = to.text[same:]
			split.firsts, split.next = []byte{to.text[0]}, []*branch{to}
			n.next[k], to = split, split
		}
		n, text = to, text[same:]
	}
	return n
}
