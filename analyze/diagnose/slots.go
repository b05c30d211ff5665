package diagnose

import (
	"fmt"
	"math"
	"regexp"
	"unicode/utf8"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
)

// slotTexts are the words of a database, or of the pooler before it, that
// accepts no more connections (PostgreSQL's SQLSTATE 53300, MySQL's error 1040,
// PgBouncer's max_client_conn). No larger pool of the application mends that.
var slotTexts = regexp.MustCompile(`(?i)too many clients already|remaining connection slots|too many connections|\b53300\b|max_client_conn|no more connections allowed|max_user_connections`)

// around is a text from a little before the words that matter, where these stand
// far behind its beginning.
func around(text string, words *regexp.Regexp) string {
	at := words.FindStringIndex(text)
	if at == nil || at[0] < 80 {
		return text
	}
	from := at[0] - 20
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	return "…" + text[from:]
}

// lookForSlots: the database has no connection left to give, whatever room the
// application's own pool has.
func (s *scene) lookForSlots() (outcome, bool) {
	b := s.blame(nil, slotTexts)
	if !(b.share >= .1) {
		return outcome{}, false
	}
	t := noTerms()
	t.text = b.term()
	use := s.series(database, "connections")
	onset := s.first(s.rate("connections_refused_total", database), 1e-9)
	most := highest(use.in(s.stress))
	f := analyze.Finding{Title: "Connections of the database", Component: "connections that the database accepts", Onset: onset, Impact: s.impact()}
	said := fmt.Sprintf("%s %s say that the database accepts no more connections, such as “%s”", whole(b.named), b.where, clip(around(b.sample, slotTexts), 120))
	f.Evidence = append(f.Evidence, evidence(said, b.named, measure.Count, nil))
	if most > 0 {
		more := fmt.Sprintf("it had at most %s %s", count(most, "connection", "connections"), s.stress.name)
		said += "; " + more
		f.Evidence = append(f.Evidence, evidence(more, most, measure.Count, use))
	}
	f.Recommendation = "Make the pools of all the application's processes together smaller than what the database accepts (max_connections less what it reserves), let requests wait in the pool rather than fail at the database, or put a pooler between; only then consider a higher max_connections"
	if own := s.limit(s.anywhere("pool_in_use", app), "pool_limit"); own > 0 && !math.IsInf(own, 0) {
		pools := fmt.Sprintf("one pool of the application alone may hold %s", digits(own))
		said += "; " + pools
		f.Evidence = append(f.Evidence, evidence(pools, own, measure.Count, s.anywhere("pool_in_use", app)))
	}
	f.Symptom = upper(said)
	o := isFound(f, t)
	o.independent = true
	o.hold = 1 // it is a limit of its own, for however long each is held
	return o, true
}
