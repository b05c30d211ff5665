package json

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/templates"
)

// The texts of results.json that are one of a few, by the key that holds them,
// behind the key of the object where keys alone do not tell.
var oneOf = map[string]string{
	"schema":                            Schema,
	"verdict":                           "pass fail incomplete",
	"targets.op":                        "< <= > >=",
	"targets.status":                    "pass fail borderline not_measured",
	"phases.status":                     "pass fail borderline not_measured",
	"phases.kind":                       "ramp_up peak step ramp_down recovery idle",
	"stability.status":                  "pass fail borderline not_measured",
	"resources.status":                  "ok high saturated not_measured",
	"user_types.status":                 "not_measured active not_triggered ineffective",
	"rate_limit.system_protected":       "yes no not_measured",
	"rate_limit.no_resource_exhaustion": "yes no not_measured",
	"rate_limit.graceful_429":           "yes no not_measured",
	"pool_exhaustion.occurred":          "yes no not_measured",
	"mechanisms.seen":                   "yes no not_measured",
	"expectations.answer":               "yes no not_measured",
	"capacity.outcome":                  "broke did_not_break not_identifiable",
	"capacity.recovery_outcome":         "recovered not_recovered not_observed nothing_to_recover",
	"issues.severity":                   "P0 P1 P2",
	"data_quality.severity":             "info warn error",
}

// published is the schema of results.json, made of the types that write it.
// Keys may be added to the format, so that none is forbidden; all that are
// known are required.
func published(t *testing.T) []byte {
	t.Helper()
	forType := func(v any) *jsonschema.Schema {
		s, err := jsonschema.ForType(reflect.TypeOf(v), &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
			reflect.TypeOf(figure{}): {Ref: "#/$defs/figure"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	units, methods, whys := words(measure.Unit.String), words(measure.Method.String), words(measure.Reason.String)
	of := forType(number{})
	of.Description = "A number that was measured. low and high are limits that hold; null where it is not bounded on that side."
	of.Properties["unit"].Enum, of.Properties["method"].Enum = units, methods
	no := forType(missing{})
	no.Description = "A number that was not measured: why, and what would give it."
	no.Properties["value"] = &jsonschema.Schema{Type: "null"}
	no.Properties["unit"].Enum, no.Properties["why"].Enum = units, whys
	s := forType(results{})
	s.Schema = "https://json-schema.org/draft/2020-12/schema"
	s.Title = "peakload results"
	s.Description = "What peakload writes with --json. Units are base units: s, ratio (0 to 1), bytes, per_second, users, count. Keys are added, never renamed or removed."
	s.Defs = map[string]*jsonschema.Schema{"figure": {AnyOf: []*jsonschema.Schema{of, no}}}
	used := map[string]bool{}
	open(s, "", used)
	for key := range oneOf {
		if !used[key] {
			t.Errorf("there is no key %s", key)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// words are the names of a type that counts from 0, up to where it ends.
func words[T ~uint8](name func(T) string) (out []any) {
	defer func() { _ = recover() }() // beyond the last
	for i := range 256 {
		if word := name(T(i)); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// open allows further keys, and states which texts a key may have.
func open(s *jsonschema.Schema, at string, used map[string]bool) {
	if s == nil {
		return
	}
	s.AdditionalProperties = nil
	if slices.Contains(s.Types, "array") { // an empty list is written, never null
		s.Type, s.Types = "array", nil
	}
	for name, p := range s.Properties {
		for _, key := range []string{name, at + "." + name} {
			if list, ok := oneOf[key]; ok && (at == "" || strings.Contains(key, ".")) {
				used[key] = true
				for _, w := range strings.Fields(list) {
					p.Enum = append(p.Enum, w)
				}
			}
		}
		open(p, name, used)
	}
	open(s.Items, at, used)
	for _, d := range s.Defs {
		for _, alternative := range d.AnyOf {
			open(alternative, "", used)
		}
	}
}

func TestSchemaIsPublished(t *testing.T) {
	want := published(t)
	file := filepath.Join("..", "..", "..", "templates", "schema", "results.schema.json")
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(templates.ResultsSchema, want) {
		t.Errorf("%s is not what the types say: go test ./report/render/json -update", file)
	}
}

// What is written is what the schema says, and what differs from it is refused.
func TestWrittenIsOfTheSchema(t *testing.T) {
	var s jsonschema.Schema
	if err := json.Unmarshal(published(t), &s); err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text []byte) error {
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		return r.Validate(v)
	}
	out := write(t, func(b *bytes.Buffer) error { return Write(b, full(), docInfo()) })
	if err := valid(out); err != nil {
		t.Error(err)
	}
	for _, x := range [][2]string{
		{`"verdict": "fail"`, `"verdict": "failed"`},
		{`"method": "exact"`, `"method": "guessed"`},
		{`"why": "no_source"`, `"why": ""`},
		{`"bottlenecks": [`, `"bottleneck": [`},
		{`"duration_s": 600.25`, `"duration_s": "600.25"`},
	} {
		if !strings.Contains(string(out), x[0]) {
			t.Errorf("no %s to change", x[0])
		} else if valid([]byte(strings.Replace(string(out), x[0], x[1], 1))) == nil {
			t.Errorf("%s is accepted", x[1])
		}
	}
}
