package applog

import "github.com/peakload/peakload/analyze/internal/errortext"

const (
	// mostTemplates and mostTemplateBytes bound the memory of what was decided
	// before; a log whose messages are all different is read without it.
	mostTemplates     = 1 << 15
	mostTemplateBytes = 8 << 20
	prefixBytes       = 5
)

// verdicts remembers what was decided for a template. Level, status and
// whether the line is a request's are part of the key: they decide, too.
type verdicts struct {
	known map[string]verdict
	bytes int
	t     template
}

// of returns what a line is an event of. It notes the fields of a plain
// message in r, and learns the skeletons of lines that come again.
func (v *verdicts) of(r *record, s *skeletons) verdict {
	if r.form == access {
		return ofRequest(r.status)
	}
	if k := r.known; k != nil {
		k.note(s, r.behind, r)
		if r.status == k.status {
			s.used++
			return k.verdict
		}
	}
	v.t.buf = append(v.t.buf[:0], 0, 0, 0, 0, 0)
	v.t.add(r.message, r)
	if len(r.err) > 0 {
		if len(r.message) > 0 {
			v.t.buf = append(v.t.buf, ':', ' ')
		}
		v.t.add(r.err, nil)
	}
	key := v.t.buf
	key[0], key[1], key[2] = byte(r.level), byte(r.status), byte(r.status>>8)
	if r.request {
		key[3] = 1
	}
	before := len(v.known)
	d := v.lookUp(key, r)
	if r.behind != nil && r.plain && r.form == python && len(v.known) == before {
		s.learn(r.behind, r, d) // the second line of its template
	}
	return d
}

// more returns what a line that continues an event adds to it.
func (v *verdicts) more(line []byte) verdict {
	v.t.buf = append(v.t.buf[:0], 0, 0, 0, 0, 1)
	v.t.add(line, nil)
	return v.lookUp(v.t.buf, nil)
}

func (v *verdicts) lookUp(key []byte, r *record) verdict {
	if d, ok := v.known[string(key)]; ok {
		return d
	}
	var d verdict
	if msg := string(key[prefixBytes:]); r != nil {
		d = decide(r.level, r.status, r.request, msg)
	} else {
		d = decideMore(msg)
	}
	if len(v.known) >= mostTemplates || v.bytes+len(key) > mostTemplateBytes || v.known == nil {
		v.known, v.bytes = map[string]verdict{}, 0
	}
	v.bytes += len(key)
	v.known[string(key)] = d
	return d
}

// ofRequest is the verdict on a line of an access log, which tells by its
// status alone.
func ofRequest(status int) verdict {
	if status < 400 {
		return verdict{Request, status, false}
	}
	return verdict{errortext.OfStatus(status), status, status == 429}
}
