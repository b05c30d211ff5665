// Package templates holds what peakload writes for people to start from, and the
// schemas of its formats.
package templates

import _ "embed"

// Results is the built-in results document, a form in Markdown: what report
// fills without -d and what init writes. It must not be changed.
//
//go:embed results.md
var Results []byte

// Config is the commented peakload.yaml that init writes: without a # before
// its settings it states an example of every key.
//
//go:embed peakload.yaml
var Config []byte

// ResultsSchema is the JSON Schema (draft 2020-12) of results.json, generated
// from what writes it.
//
//go:embed schema/results.schema.json
var ResultsSchema []byte

// ConfigSchema is the JSON Schema (draft 2020-12) of peakload.yaml.
//
//go:embed schema/peakload.schema.json
var ConfigSchema []byte
