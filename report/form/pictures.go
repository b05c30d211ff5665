package form

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A Picture is a place for a chart: the comment
//
//	<!-- peakload:chart NAME -->
//
// on a line of its own, outside of lists and quotes. What a fill puts there
// stands behind the comment, up to one that closes it; filling again replaces
// it, unless a person has changed it.
type Picture struct {
	Name string
	Line int

	doc     *Doc
	at      span   // what stands behind the marker now; empty where nothing does
	raw     string // between the two comments
	hash    string // what the closing comment says of it
	indent  string
	pending string
	set     bool
	why     string // why it was declined
}

var (
	pictureOpen  = regexp.MustCompile(`^( {0,3})<!--[ \t]*peakload:chart[ \t]+([A-Za-z0-9_.-]{1,64})[ \t]*-->[ \t]*\r?\n?$`)
	pictureClose = regexp.MustCompile(`^ {0,3}<!--[ \t]*/peakload:chart(?:[ \t]+([A-Za-z0-9._-]+))?[ \t]*-->[ \t]*\r?\n?$`)
)

// longestPicture is how many lines may stand between the two comments.
const longestPicture = 60

// Pictures returns the document's places for charts, in order.
func (d *Doc) Pictures() []*Picture { return d.pictures }

// picture takes note of a block of HTML that is a place for a chart.
func (r *reader) picture(n *ast.HTMLBlock) {
	if n.Parent() == nil || n.Parent().Kind() != ast.KindDocument || n.Lines().Len() == 0 {
		return
	}
	d := r.doc
	line := d.line(r.segment(n.Lines().At(0)).start) - 1
	m := pictureOpen.FindSubmatch(d.lineBytes(line))
	if m == nil {
		return
	}
	p := &Picture{Name: string(m[2]), Line: line + 1, doc: d, indent: string(m[1])}
	behind := d.behind(line)
	p.at = span{behind, behind}
	for i := line + 1; i < len(d.lines) && i <= line+longestPicture; i++ {
		text := d.lineBytes(i)
		if pictureOpen.Match(text) {
			break
		}
		if end := pictureClose.FindSubmatch(text); end != nil {
			p.raw, p.hash = string(d.src[behind:d.lines[i]]), string(end[1])
			p.at.end = d.behind(i)
			break
		}
	}
	d.pictures = append(d.pictures, p)
}

// lineBytes returns a line with its end; the first is 0.
func (s *source) lineBytes(i int) []byte { return s.src[s.lines[i]:s.behind(i)] }

// behind returns the offset behind a line and its end.
func (s *source) behind(i int) int {
	if i+1 < len(s.lines) {
		return s.lines[i+1]
	}
	return len(s.src)
}

// Replaced returns the markup of an earlier fill that this one replaces or
// takes away: empty where there is none, or where a person has changed it.
func (p *Picture) Replaced() string {
	if p.edited() && !p.doc.overwrite {
		return ""
	}
	return p.raw
}

// Set puts markup behind the marker: HTML without blank lines.
func (p *Picture) Set(markup string) {
	p.pending, p.set = strings.TrimSpace(markup), true
	p.doc.touched = true
}

// Decline leaves the place without a picture, and takes away what an earlier
// fill put there. The Summary repeats why, unless it is empty.
func (p *Picture) Decline(why string) { p.why, p.doc.touched = why, true }

// edited reports whether a person has changed what a fill wrote here.
func (p *Picture) edited() bool {
	return p.at.end > p.at.start && strings.TrimSpace(p.raw) != "" && p.hash != pictureHash(p.raw)
}

// splice returns the edit that the place needs.
func (p *Picture) splice() (edit, bool) {
	if p.edited() && !p.doc.overwrite {
		return edit{}, false
	}
	src, eol := p.doc.src, p.doc.eol
	last := p.at.end == len(src) && !bytes.HasSuffix(src, []byte("\n")) // the document ends here, in the middle of a line
	if !p.set {
		at := p.at
		if last && at.start < at.end {
			at.start -= len(src[:at.start]) - len(bytes.TrimRight(src[:at.start], "\r\n"))
		}
		return edit{at, ""}, at.end > at.start
	}
	var b strings.Builder
	if last && p.at.start == p.at.end {
		b.WriteString(eol)
	}
	for line := range strings.SplitSeq(p.pending, "\n") {
		b.WriteString(p.indent + strings.TrimRight(line, "\r") + eol)
	}
	// The blank line ends the block of HTML, so that what follows is Markdown.
	b.WriteString(eol + p.indent + "<!-- /peakload:chart " + pictureHash(p.pending) + " -->")
	if !last {
		b.WriteString(eol)
	}
	return edit{p.at, b.String()}, true
}

// pictureHash is a digest of the words of markup, whatever the white space
// between them.
func pictureHash(markup string) string {
	return digest(nText, strings.Join(strings.Fields(markup), " "))
}

// remarks reports pictures that were kept, and markers that nobody filled.
func (p *Picture) remarks(s *Summary) {
	switch {
	case p.edited() && !p.doc.overwrite:
		s.Kept = append(s.Kept, Remark{p.Line, keptText, "the picture of " + p.Name})
	case p.why != "":
		s.Unknown = append(s.Unknown, Remark{p.Line, p.why, "chart " + p.Name})
	}
}

// WithoutPictures returns Markdown without the pictures that fills have put
// into it, and without their markers.
func WithoutPictures(src []byte) []byte {
	doc := structure("", src)
	out := make([]byte, 0, len(src))
	at := 0
	for _, p := range doc.pictures {
		start := doc.lines[p.Line-1]
		if start < at {
			continue
		}
		out = append(out, src[at:start]...)
		at = p.at.end
	}
	return bytes.Clone(append(out, src[at:]...))
}
