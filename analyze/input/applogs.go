package input

import (
	"errors"
	"io"

	"github.com/peakload/peakload/analyze/input/applog"
	"github.com/peakload/peakload/analyze/loadtest"
)

// appLogs is the kind of the application's logs. It is the last one: what any
// other reader knows is none.
var appLogs = source{
	kind: string(applog.Log), what: "the application's log", beside: true, several: true, evidence: true,
	endings: []string{".log", ".txt", ".json", ".jsonl"},
	sniff:   func(head []byte) bool { return applog.Sniff(head) == applog.Log },
	read: func(r io.Reader, file string, s *setting, run *loadtest.Run) ([]loadtest.Note, error) {
		log, notes, err := applog.Read(r, file, applog.Window{From: s.from, To: s.to, Zone: s.zone}, s.Patterns)
		if err != nil {
			return nil, err
		}
		run.AppLogs = []loadtest.AppLog{*log}
		return notes, nil
	},
}

// readLogs reads the logs that the user named. That they are logs is not
// asked: a log may begin with anything.
func (l *loading) readLogs() error {
	for _, f := range l.Logs {
		c := candidate{dir: f.Folder, name: f.Name, file: f.Folder.join(f.Name), source: &appLogs, asked: true, explicit: true}
		if err := l.read(c); err != nil {
			return err
		}
	}
	return nil
}

// notOfRun says why a log that was found beside the run is left out; "" if err
// is a fault that the user must mend.
func notOfRun(err error, c candidate) string {
	if c.explicit {
		return ""
	}
	if out := (*applog.OutsideError)(nil); errors.As(err, &out) {
		return out.Windows()
	}
	if undated := (*applog.UndatedError)(nil); errors.As(err, &undated) {
		return "no line of it has a time that could be read"
	}
	return ""
}
