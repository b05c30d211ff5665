package analyze

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// links are the plan's links, for the time of the run: {from} and {to} in Unix
// milliseconds, {from_s} and {to_s} in Unix seconds, {from_iso} and {to_iso} in
// RFC 3339. Without the time of the run there are none.
func (c *context) links() []Link {
	from, to := c.start, c.start+c.length()
	if math.IsNaN(from) || len(c.plan.Sources.Links) == 0 {
		return nil
	}
	seconds := func(s float64) string { return strconv.FormatFloat(math.Floor(s), 'f', 0, 64) }
	millis := func(s float64) string { return strconv.FormatFloat(math.Round(s*1000), 'f', 0, 64) }
	iso := func(s float64) string { return fromUnix(math.Floor(s)).Format(time.RFC3339) }
	in := strings.NewReplacer(
		"{from}", millis(from), "{to}", millis(to),
		"{from_s}", seconds(from), "{to_s}", seconds(math.Ceil(to)),
		"{from_iso}", iso(from), "{to_iso}", iso(math.Ceil(to)),
	)
	var out []Link
	for _, l := range c.plan.Sources.Links {
		out = append(out, Link{Name: l.Name, URL: in.Replace(l.URL)})
	}
	return out
}
