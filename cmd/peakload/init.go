package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/peakload/peakload/templates"
)

const initHelp = `Usage: peakload init [FILE] [flags]

Writes the built-in results document to start from: put your targets, phases
and load levels into it, run the test, and let "peakload report" fill it in.
FILE is PEAK_LOAD_RESULTS.md unless given; - is standard output.

Beside it goes peakload.yaml, in which every setting is explained and commented
out; one that is there already is left as it is.

      --force             replace an existing document
`

type initFlags struct{ force bool }

func (f *initFlags) declare(fs *pflag.FlagSet) { fs.BoolVar(&f.force, "force", false, "") }

func runInit(args []string, s streams) (int, error) {
	var f initFlags
	flags := flagSet("init")
	f.declare(flags)
	if err := flags.Parse(args); err != nil {
		return 0, parse(flags, args)
	}
	name := "PEAK_LOAD_RESULTS.md"
	switch flags.NArg() {
	case 0:
	case 1:
		name = flags.Arg(0)
	default:
		return 0, usage("init", "init takes one file name; %q is one too many", flags.Arg(1))
	}
	if name == "-" {
		_, err := s.out.Write(templates.Results)
		return exitPass, err
	}
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) && !f.force {
		return 0, fmt.Errorf("%s is there already; --force replaces it", name)
	}
	if err := writeFile(name, templates.Results); err != nil {
		return 0, plainError(err)
	}
	config := filepath.Join(filepath.Dir(name), "peakload.yaml")
	_, err := os.Lstat(config)
	fresh := errors.Is(err, fs.ErrNotExist)
	if fresh {
		if err := writeFile(config, templates.Config); err != nil {
			return 0, plainError(err)
		}
	}
	fmt.Fprintf(s.err, "wrote %s: set its targets, run the test, then: peakload report RESULTS -d %s -w\n", printable(name), printable(name))
	if fresh {
		fmt.Fprintf(s.err, "wrote %s: for what peakload cannot know of your system; all of it may stay as it is\n", printable(config))
	} else {
		fmt.Fprintf(s.err, "left %s as it is\n", printable(config))
	}
	return exitPass, nil
}
