package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/peakload/peakload/record"
)

const recordHelp = `Usage: peakload record [flags] [-- COMMAND ARG...]

Samples the machine, processes and services before, while and after COMMAND
runs (the load test), into PREFIX_resources.csv beside Locust's files. Without
COMMAND it records until Ctrl-C.

What is sampled
  the machine itself, and COMMAND with all that it starts (load_generator)
      --process NAME=PATTERN      processes of that name, or with it in their
                                  command line: app=gunicorn, database=postgres
      --postgres [NAME=]URL       a Postgres server (default NAME: database)
      --redis [NAME=]URL          a Redis server (default NAME: cache)
      --json NAME=URL             an endpoint with metrics in JSON
      --prometheus-text NAME=URL  an endpoint with metrics as Prometheus reads
                                  them
      --config FILE               settings (default: peakload.yaml, where there
                                  is one): its record section adds to these
NAME is a component (app, database, cache or any other) or component/instance.
For a URL env:VARIABLE may stand: passwords then show in no list of processes.

When
      --every DURATION    between samples (default 2s)
      --before DURATION   before COMMAND starts (default 10s)
      --after DURATION    after it has ended (default 30s); Ctrl-C shortens it

What is written
  -o, --out FILE          the recording (default: PREFIX_resources.csv with the
                          PREFIX of COMMAND's --csv; without COMMAND
                          peakload_resources.csv); overwritten if it is there
      --append            continue the file instead
      --report ARGS       then run peakload report PREFIX ARGS

A service that is down or slow is a remark and a gap; nothing else waits for it.
COMMAND has the terminal and gets the signals. Exit status: COMMAND's, 128+n if
signal n ended it; 2 trouble; with --report that of the report where it fails,
or is the verdict (--check).

Examples
  peakload record --process app=gunicorn --postgres env:DATABASE_URL \
      --redis redis://localhost:6379 -- locust --headless --csv peak ...
  peakload record --json app=http://localhost:8000/metrics/json \
      --report '-d results.md -w --html report.html' -- locust --csv peak ...
  peakload record -o night_resources.csv --every 10s
`

type recordFlags struct {
	processes, postgres, redis, json, prometheus []string
	config, out, report                          string
	every, before, after                         time.Duration
	append                                       bool
	flags                                        *pflag.FlagSet
}

func (f *recordFlags) declare(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.processes, "process", nil, "")
	fs.StringArrayVar(&f.postgres, "postgres", nil, "")
	fs.StringArrayVar(&f.redis, "redis", nil, "")
	fs.StringArrayVar(&f.json, "json", nil, "")
	fs.StringArrayVar(&f.prometheus, "prometheus-text", nil, "")
	fs.StringVar(&f.config, "config", "", "")
	fs.DurationVar(&f.every, "every", 2*time.Second, "")
	fs.DurationVar(&f.before, "before", 10*time.Second, "")
	fs.DurationVar(&f.after, "after", 30*time.Second, "")
	fs.StringVarP(&f.out, "out", "o", "", "")
	fs.BoolVar(&f.append, "append", false, "")
	fs.StringVar(&f.report, "report", "", "")
	fs.SetInterspersed(false) // COMMAND's flags are its own
	f.flags = fs
}

func runRecord(args []string, s streams) (int, error) {
	var f recordFlags
	fs := flagSet("record")
	f.declare(fs)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return 0, err
		}
		return 0, usage("record", "%v%s", err, meant(fs, err))
	}
	command := fs.Args()
	prefix := locustPrefix(command)
	after, err := f.validate(command, prefix)
	if err != nil {
		return 0, err
	}
	secrets := &record.Secrets{}
	secrets.Add(os.Getenv("PGPASSWORD"))
	session, err := f.session(command, secrets)
	if err != nil {
		return 0, errors.New(secrets.Hide(err.Error()))
	}
	name := f.name(prefix)
	line := newRecordLine(s.err, session.Recorder.State)
	if session.Recorder.File, err = f.file(name, line); err != nil {
		return 0, err
	}
	session.Recorder.Say = line.say
	session.Stage = line.stage
	begin := time.Now()
	status, accounts, err := session.Run()
	line.close()
	err = errors.Join(err, session.Recorder.File.Close())
	summarise(s, name, time.Since(begin), session.Recorder.State(), accounts)
	switch {
	case err != nil && len(command) == 0:
		return 0, err
	case err != nil && status == 0 && !session.Started():
		return 0, err
	case err != nil:
		line.say(err.Error()) // the load test is worth more than the recording
	}
	if !session.Started() || f.report == "" {
		return status, nil
	}
	reported, err := runReport(append([]string{prefix}, after...), s)
	if err != nil || reported != exitPass || slices.Contains(after, "--check") {
		return reported, err
	}
	return status, nil
}

// locustPrefix is the prefix that COMMAND makes Locust write to, by its command
// line, its environment or its configuration files.
func locustPrefix(command []string) string {
	prefix := record.LocustPrefix(command, os.Getenv)
	// Other programs do not read Locust's configuration.
	if prefix != "" || !slices.ContainsFunc(command, func(arg string) bool { return strings.Contains(arg, "locust") }) {
		return prefix
	}
	home, _ := os.UserHomeDir() // "" where there is none
	for _, name := range record.ConfigFiles(command, home) {
		if text, err := os.ReadFile(name); err == nil { // Locust itself complains of one that it needs
			if p := record.ConfigPrefix(string(text)); p != "" {
				prefix = p
			}
		}
	}
	return prefix
}

// validate finds flags that cannot be meant, before anything is begun, and
// returns the arguments of the report.
func (f *recordFlags) validate(command []string, prefix string) ([]string, error) {
	switch {
	case f.every < 100*time.Millisecond || f.every > time.Hour:
		return nil, usage("record", "--every is between 100ms and 1h")
	case f.before < 0 || f.after < 0:
		return nil, usage("record", "--before and --after are no times before zero")
	case len(command) > 0 && prefix == "" && f.out == "":
		return nil, usage("record", "%s has no --csv PREFIX, so the recording's name is not known: give it one, or name the file with -o FILE", filepath.Base(command[0]))
	case f.flags.Changed("report") && prefix == "":
		return nil, usage("record", "--report needs a COMMAND with --csv PREFIX")
	}
	args, err := record.Split(f.report)
	if err != nil {
		return nil, usage("record", "--report: %v", err)
	}
	return args, nil
}

// name is the recording's.
func (f *recordFlags) name(prefix string) string {
	switch {
	case f.out != "":
		return f.out
	case prefix != "":
		return prefix + "_resources.csv"
	}
	return "peakload_resources.csv"
}

// file opens the recording. Locust makes the folder of its prefix, and
// overwrites its files of the last run; a recording of that run beside those
// of this one would be of no use.
func (f *recordFlags) file(name string, line *recordLine) (*record.File, error) {
	if f.append {
		return record.Append(name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return nil, plainError(err)
	}
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		line.say(name + ": the recording that was there is overwritten")
	}
	return record.Create(name)
}

// summarise says what came of the recording.
func summarise(s streams, name string, took time.Duration, state record.State, accounts []record.Account) {
	looked := 0
	for _, a := range accounts {
		if a.Samples+a.Missed > 0 {
			looked++
		}
	}
	fmt.Fprintf(s.err, "%s: %d readings of %s in %v\n", printable(name), state.Readings, targetCount(looked), took.Round(time.Second))
	for _, a := range accounts {
		if a.Missed == 0 {
			continue
		}
		what := fmt.Sprintf("%d of %d samples missed, first at %s", a.Missed, a.Missed+a.Samples, a.First.Format("15:04:05"))
		if a.Samples == 0 && a.Late > 0 {
			what = fmt.Sprintf("it always answered late, %d times", a.Late)
		} else if a.Samples == 0 {
			what = "it never answered"
		} else if a.IsDown {
			what += "; it does not answer now"
		}
		fmt.Fprintf(s.err, "  %s: %s\n", printable(a.Name), what)
	}
}

func targetCount(n int) string {
	if n == 1 {
		return "1 target"
	}
	return fmt.Sprintf("%d targets", n)
}

// envName is what a URL that begins with env: names, "" for others.
func envName(text string) string {
	name, ok := strings.CutPrefix(text, "env:")
	if !ok {
		return ""
	}
	return name
}
