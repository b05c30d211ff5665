package input

import (
	"io"
	"slices"

	"github.com/peakload/peakload/analyze/input/app"
	"github.com/peakload/peakload/analyze/input/host"
	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/input/locust"
	"github.com/peakload/peakload/analyze/input/postgres"
	"github.com/peakload/peakload/analyze/input/prometheus"
	"github.com/peakload/peakload/analyze/input/redis"
	"github.com/peakload/peakload/analyze/input/resources"
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
	// evidence says that such a file is not Locust's but tells of the system
	// under load: it may be in a sub-folder, and is of the run if its times
	// are. Every kind of evidence is beside and several.
	evidence bool
	sniff    func(head []byte) bool
	read     func(r io.Reader, file string, s *setting, run *loadtest.Run) ([]loadtest.Note, error)
}

// A setting is what a reader may want to know besides the file.
type setting struct {
	Options
	// from and to are the run's first and last second in Unix time; NaN where
	// no file of Locust's tells.
	from, to float64
	// zone is the load generator's offset from UTC in s, where its log and its
	// history together tell; NaN else.
	zone float64
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
		read: func(r io.Reader, file string, _ *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.History, n, err = locust.ReadHistory(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.Stats), what: "Locust's statistics (_stats.csv)", makesRun: true,
		endings: []string{"_stats.csv", "_requests.csv"},
		sniff:   is(locust.Stats),
		read: func(r io.Reader, file string, _ *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Totals, n, err = locust.ReadTotals(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.FailureLog), what: "Locust's failures (_failures.csv)",
		endings: []string{"_failures.csv"},
		sniff:   is(locust.FailureLog),
		read: func(r io.Reader, file string, _ *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Failures, n, err = locust.ReadFailures(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.Exceptions), what: "Locust's exceptions (_exceptions.csv)",
		endings: []string{"_exceptions.csv"},
		sniff:   is(locust.Exceptions),
		read: func(r io.Reader, file string, _ *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Exceptions, n, err = locust.ReadExceptions(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.JSON), what: "Locust's histograms (--json-file)", beside: true,
		endings: []string{".json", ".stdout", ".out"},
		sniff:   is(locust.JSON),
		read: func(r io.Reader, file string, _ *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Histograms, n, err = locust.ReadJSON(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.HTML), what: "Locust's HTML report", beside: true,
		endings: []string{".html", ".htm"},
		sniff:   is(locust.HTML),
		read: func(r io.Reader, file string, _ *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Page, n, err = locust.ReadPage(r, file)
			return n, err
		},
	},
	{
		kind: string(locust.Log), what: "Locust's log", beside: true, several: true,
		endings: []string{".log", ".stderr", ".err", ".txt"},
		sniff:   is(locust.Log),
		read: func(r io.Reader, file string, _ *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Log, n, err = locust.ReadLog(r, file)
			return n, err
		},
	},
	{
		kind: resources.Kind, what: "resource figures (_resources.csv)", beside: true, several: true, evidence: true,
		endings: []string{loadtest.ResourcesEnding},
		sniff:   resources.Sniff,
		read: func(r io.Reader, file string, _ *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Tracks, n, err = resources.Read(r, file)
			return n, err
		},
	},
	{
		kind: host.TableKind, what: "CSV tables of processors or processes", beside: true, several: true, evidence: true,
		endings: []string{".csv"},
		sniff:   host.SniffTable,
		read: func(r io.Reader, file string, s *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Tracks, n, err = host.ReadTable(r, file, s.Options.Processes)
			return n, err
		},
	},
	{
		kind: prometheus.KindQuery, what: "answers of Prometheus's query_range (JSON)", beside: true, several: true, evidence: true,
		endings: []string{".json"},
		sniff:   prometheus.Sniff,
		read: func(r io.Reader, file string, _ *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Tracks, n, err = prometheus.Read(r, file)
			return n, err
		},
	},
	{
		kind: "capture", what: "captures of psql, redis-cli, top, free, vmstat and the like", beside: true, several: true, evidence: true,
		sniff: func(head []byte) bool { return len(capture.Sniff(head, captures(&Options{}))) > 0 },
		read: func(r io.Reader, file string, s *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Tracks, n, err = capture.Read(r, file, captures(&s.Options))
			return n, err
		},
	},
	{
		kind: prometheus.KindGrafana, what: "a Grafana panel's data (CSV)", beside: true, several: true, evidence: true,
		endings: []string{".csv"},
		sniff:   prometheus.SniffGrafana,
		read: func(r io.Reader, file string, s *setting, run *loadtest.Run) (n []loadtest.Note, err error) {
			run.Tracks, n, err = prometheus.ReadGrafana(r, file, panelColumns(s.Options.Paths))
			return n, err
		},
	},
	appLogs,
}

// panelColumns are the paths that the user stated, for the columns of a
// panel's data, which are called by their titles.
func panelColumns(paths []app.Path) []prometheus.Column {
	var out []prometheus.Column
	for _, p := range paths {
		out = append(out, prometheus.Column{Name: p.Path, Component: p.Component, Instance: p.Instance, Metric: p.Metric, Scale: p.Scale})
	}
	return out
}

// captures are the parsers of what commands print. Every one is offered every
// sample of a capture.
func captures(o *Options) []capture.Parser {
	return slices.Concat(
		[]capture.Parser{postgres.Parser(), redis.Parser(), redis.Memcached(), prometheus.Parser()},
		host.Parsers(o.Processes),
		app.Parsers(o.Paths),
	)
}
