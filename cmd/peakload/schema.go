package main

import (
	"github.com/peakload/peakload/analyze/plan"
	"github.com/peakload/peakload/templates"
)

const schemaHelp = `Usage: peakload schema results|config

Prints a JSON Schema (draft 2020-12): of results.json, for what reads it, or of
peakload.yaml, for editors.

Examples
  peakload schema config > peakload.schema.json
  peakload schema results > results.schema.json
`

func runSchema(args []string, s streams) (int, error) {
	flags := flagSet("schema")
	if err := parse(flags, args, "results|config"); err != nil {
		return 0, err
	}
	var text []byte
	switch name := flags.Arg(0); name {
	case "results":
		text = templates.ResultsSchema
	case "config":
		text = templates.ConfigSchema
	default:
		if near := plan.Nearest(name, []string{"results", "config"}); near != "" {
			return 0, usage("schema", "there is no schema %q; did you mean %s?", name, near)
		}
		return 0, usage("schema", "there is no schema %q: results and config have one", name)
	}
	_, err := s.out.Write(text)
	return exitPass, err
}
