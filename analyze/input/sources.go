package input

import (
	"io"

	"github.com/peakload/peakload/analyze/input/locust"
	"github.com/peakload/peakload/analyze/loadtest"
)

// A source is a kind of file: how it is known and how it is read.
type source struct {
	kind     string   // loadtest.Input's
	what     string   // for messages
	endings  []string // what follows a run's prefix in the file's name
	makesRun bool     // a prefix with such a file is a run
	// beside says that such a file may have any name: whether it is of this
	// run is told by what it holds.
	beside  bool
	several bool // more than one file of this kind may belong to a run
	sniff   func(head []byte) bool
	read    func(r io.Reader, file string, run *loadtest.Run) ([]loadtest.Note, error)
}

func is(k locust.Kind) func([]byte) bool {
	return func(head []byte) bool { return locust.Sniff(head) == k }
}

// sources is every kind of file that is read, in the order of reading. A kind
// is told by its contents; the endings only say which files of that kind
// belong together.
var sources = []source{
	{
		kind: string(locust.History), what: "Locust's history (_stats_history.csv)", makesRun: true,
		endings: []string{"_stats_history.csv", "_requests_full_history.csv"},
		sniff:   is(locust.History),
		read: func(r io.Reader, file string, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.History, n, err = locust.ReadHistory(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.Stats), what: "Locust's statistics (_stats.csv)", makesRun: true,
		endings: []string{"_stats.csv", "_requests.csv"},
		sniff:   is(locust.Stats),
		read: func(r io.Reader, file string, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Totals, n, err = locust.ReadTotals(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.FailureLog), what: "Locust's failures (_failures.csv)",
		endings: []string{"_failures.csv"},
		sniff:   is(locust.FailureLog),
		read: func(r io.Reader, file string, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Failures, n, err = locust.ReadFailures(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.Exceptions), what: "Locust's exceptions (_exceptions.csv)",
		endings: []string{"_exceptions.csv"},
		sniff:   is(locust.Exceptions),
		read: func(r io.Reader, file string, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Exceptions, n, err = locust.ReadExceptions(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.JSON), what: "Locust's histograms (--json-file)", beside: true,
		endings: []string{".json", ".stdout", ".out"},
		sniff:   is(locust.JSON),
		read: func(r io.Reader, file string, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Histograms, n, err = locust.ReadJSON(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.HTML), what: "Locust's HTML report", beside: true,
		endings: []string{".html", ".htm"},
		sniff:   is(locust.HTML),
		read: func(r io.Reader, file string, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Page, n, err = locust.ReadPage(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.Log), what: "Locust's log", beside: true, several: true,
		endings: []string{".log", ".stderr", ".err", ".txt"},
		sniff:   is(locust.Log),
		read: func(r io.Reader, file string, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Log, n, err = locust.ReadLog(r, file)
			return n, err
		},
	},
}
