package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/peakload/peakload/analyze/input"
	"github.com/peakload/peakload/analyze/input/applog"
	"github.com/peakload/peakload/analyze/input/host"
	"github.com/peakload/peakload/analyze/plan"
)

// sources is what the flags and the plan say of the run's evidence.
func (in *inputs) sources(p plan.Sources) (input.Options, error) {
	o := mappings(p)
	var err error
	if o.Logs, err = filesOf("--log", in.logs); err != nil {
		return o, err
	}
	o.Files, err = filesOf("--resources", in.resources)
	return o, err
}

// mappings is what peakload.yaml says of how evidence is read, whichever run
// it is of.
func mappings(p plan.Sources) input.Options {
	o := input.Options{Paths: jsonPaths(p.JSON)}
	for _, l := range p.Patterns {
		o.Patterns = append(o.Patterns, applog.Pattern{Class: l.Class, Regexp: l.Regexp})
	}
	for _, s := range p.Processes {
		o.Processes = append(o.Processes, host.Process{Match: s.Match, Component: s.Component})
	}
	return o
}

// filesOf opens the folders of files that a flag names.
func filesOf(flag string, names []string) ([]input.File, error) {
	var files []input.File
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, plainError(err)
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%s: %s names a file, and this is a folder", name, flag)
		}
		dir, file := filepath.Split(name)
		where := dir
		if where == "" {
			where = "."
		}
		files = append(files, input.File{Folder: input.Folder{Name: dir, FS: os.DirFS(where)}, Name: file})
	}
	return files, nil
}
