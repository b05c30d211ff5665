// Package input reads what was recorded of a load test: it finds the files of
// a run by name and content, hands each to its reader and checks the sources
// against each other.
package input

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/app"
	"github.com/peakload/peakload/analyze/input/applog"
	"github.com/peakload/peakload/analyze/input/host"
	"github.com/peakload/peakload/analyze/loadtest"
)

// A Folder is an open folder and the name it was given by on the command
// line, "" for the current one. Files are named in outputs as the user would
// type them: Name joined with the file's name.
type Folder struct {
	Name string
	FS   fs.FS
}

// A File is one file, named explicitly.
type File struct {
	Folder Folder
	Name   string // within Folder
}

// Options are what else the user said.
type Options struct {
	// Files are read besides what is found; each must be of a known kind and of
	// the run's time.
	Files []File
	// Logs are the application's logs, wherever they are; each must be of the
	// run's time.
	Logs []File
	// Patterns make lines of logs events of the user's own classes.
	Patterns []applog.Pattern
	// Processes name the components that processes are, besides the built-in
	// names.
	Processes []host.Process
	// Paths say what the values of the application's metrics in JSON are,
	// where the built-in rules do not.
	Paths []app.Path
	// Progress, if not nil, is called now and then while a file is read, with
	// the bytes read so far and in total (0: unknown).
	Progress func(file string, done, total int64)
}

// join returns a file's name as the user would type it.
func (d Folder) join(name string) string {
	switch {
	case d.Name == "" || d.Name == ".":
		return name
	case strings.HasSuffix(d.Name, "/"):
		return d.Name + name
	}
	return d.Name + "/" + name
}

// String returns the folder's name for a message.
func (d Folder) String() string {
	if d.Name == "" || d.Name == "." {
		return "the current folder"
	}
	return d.Name
}

// sub returns a folder inside d.
func (d Folder) sub(name string) (Folder, error) {
	inner, err := fs.Sub(d.FS, name)
	return Folder{Name: d.join(name), FS: inner}, err
}

// Load reads RESULTS. target is "" (the folder itself, which must hold one
// run), a CSV prefix ("peak_load_results") or the name of any one file of a
// run. What else belongs to the run is found beside it. An error says what is
// wrong with which file, or what was looked for.
func Load(dir Folder, target string, opts Options) (*loadtest.Run, error) {
	target = strings.TrimSuffix(strings.ReplaceAll(target, `\`, "/"), "/")
	if target != "" && target != "." {
		target = path.Clean(target)
		if info, err := fs.Stat(dir.FS, target); err == nil && info.IsDir() {
			if dir, err = dir.sub(target); err != nil {
				return nil, fmt.Errorf("%s: %w", dir, err)
			}
			target = ""
		} else if parent := path.Dir(target); parent != "." {
			if dir, err = dir.sub(parent); err != nil {
				return nil, fmt.Errorf("%s: %w", dir, err)
			}
			target = path.Base(target)
		}
	}
	if target == "." {
		target = ""
	}
	found, err := discover(dir, target)
	if err != nil {
		return nil, err
	}
	l := &loading{Options: opts, run: &loadtest.Run{Label: found.label, Tool: "locust"}}
	for _, f := range found.files {
		if err := l.read(f); err != nil {
			return nil, err
		}
	}
	for _, f := range opts.Files {
		c, err := inspect(f.Folder, f.Name)
		if err != nil {
			return nil, err
		}
		if c.source == nil {
			return nil, fmt.Errorf("%s: this is no file that peakload can read; it reads %s", c.file, strings.Join(kinds(), ", "))
		}
		c.asked, c.explicit = true, true
		if err := l.read(c); err != nil {
			return nil, err
		}
	}
	if err := l.readLogs(); err != nil {
		return nil, err
	}
	l.noteOtherTime()
	l.finish()
	return l.run, nil
}

func kinds() []string {
	var names []string
	for _, s := range sources {
		names = append(names, s.what)
	}
	return slices.Compact(names)
}
