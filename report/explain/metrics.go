package explain

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze/plan"
)

// spellings are how documents call the metrics.
var spellings = [...]struct {
	document *regexp.Regexp
	metric   string
}{
	{regexp.MustCompile(`(?i)^(p\d+(?:\.\d+)?)[ _-]?latency\b`), "$1"},
	{regexp.MustCompile(`(?i)^(?:avg|average|mean)(?:[ _-](?:latency|response time))?\b`), "mean"},
	{regexp.MustCompile(`(?i)^max(?:imum)?[ _-]?latency\b`), "max"},
	{regexp.MustCompile(`(?i)^error[ _-]?rate\b`), "errors"},
	{regexp.MustCompile(`(?i)^throughput\b`), "rps"},
}

// metricOf is a figure with its metric as targets spell it.
func metricOf(what string) string {
	what = strings.TrimSpace(what)
	for _, s := range spellings {
		if s.document.MatchString(what) {
			return s.document.ReplaceAllString(what, s.metric)
		}
	}
	return what
}

// otherNames adds to the error of a name that is no metric the other names
// there are, and the one that was probably meant.
func otherNames(err error, what string) error {
	if strings.ContainsAny(what, "@'\"") {
		return err
	}
	msg := "other names: " + strings.Join(names(), ", ") + ", and a part of them, such as bottleneck 1, issue 2, expectation 3 or degradation 0-500"
	if s := plan.Nearest(key(what), names()); s != "" {
		msg = fmt.Sprintf("did you mean %q?\n", s) + msg
	}
	return fmt.Errorf("%w\n%s", err, msg)
}
