package plan

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/peakload/peakload/templates"
)

var update = flag.Bool("update", false, "write the schema of peakload.yaml")

// A text is a scalar that YAML may take for a number or a date.
type text string

// The form of peakload.yaml, for its schema; ParseConfig reads it.
type (
	configFile struct {
		Targets      []text            `json:"targets,omitempty" jsonschema:"limits to judge the run by: METRIC OP NUMBER[UNIT] [@PHASE] [in 'METHOD NAME']"`
		Count429     count429          `json:"count-429,omitempty" jsonschema:"whether answers 429 count as errors"`
		Setup        *setupForm        `json:"setup,omitempty" jsonschema:"how the test was meant to run"`
		Phases       []phaseForm       `json:"phases,omitempty" jsonschema:"the stretches of the run"`
		Bands        []bandForm        `json:"bands,omitempty" jsonschema:"load levels and how the system should behave at them"`
		UserTypes    []text            `json:"user-types,omitempty"`
		Expectations []text            `json:"expectations,omitempty" jsonschema:"sentences that the report answers"`
		Comparison   *comparisonForm   `json:"comparison,omitempty" jsonschema:"the labels of the two runs of a comparison"`
		Metrics      []metricForm      `json:"metrics,omitempty" jsonschema:"values of the application's metrics in JSON"`
		Prometheus   []queryForm       `json:"prometheus,omitempty" jsonschema:"queries for --prometheus besides the built-in ones"`
		Log          []logForm         `json:"log,omitempty" jsonschema:"lines of the application's log"`
		Processes    []processForm     `json:"processes,omitempty" jsonschema:"which processes are of which component"`
		Endpoints    []processForm     `json:"endpoints,omitempty" jsonschema:"which component an endpoint leans on"`
		RequestTypes []requestTypeForm `json:"requests-by-user-type,omitempty" jsonschema:"whose requests are whose"`
		Links        []linkForm        `json:"links,omitempty" jsonschema:"dashboards for the run's window"`
		Record       *recordForm       `json:"record,omitempty" jsonschema:"what peakload record samples"`
	}
	count429  string
	setupForm struct {
		Date      text `json:"date,omitempty"`
		Duration  text `json:"duration,omitempty" jsonschema:"such as 10m, 90s or 1h30m"`
		Host      text `json:"host,omitempty"`
		Users     text `json:"users,omitempty"`
		SpawnRate text `json:"spawn-rate,omitempty" jsonschema:"users per second"`
	}
	phaseForm struct {
		Name   text `json:"name"`
		Window text `json:"window,omitempty" jsonschema:"from the start of the run, such as 1-9 min"`
		Users  text `json:"users,omitempty" jsonschema:"such as 1000 or 0-1000"`
	}
	bandForm struct {
		Load     text `json:"load" jsonschema:"such as 0-500 users or 1000+ users"`
		Behavior text `json:"behavior,omitempty"`
	}
	comparisonForm struct {
		Baseline text `json:"baseline,omitempty"`
		Current  text `json:"current,omitempty"`
	}
	metricForm struct {
		Path  text `json:"path" jsonschema:"keys joined by dots; * stands for any key and becomes the instance"`
		Is    text `json:"is" jsonschema:"component.metric, or component/instance.metric"`
		Scale text `json:"scale,omitempty" jsonschema:"factor to base units"`
	}
	queryForm struct {
		Query         text `json:"query" jsonschema:"PromQL"`
		Is            text `json:"is" jsonschema:"component.metric, or component/instance.metric"`
		InstanceLabel text `json:"instance-label,omitempty" jsonschema:"the label whose value becomes the instance"`
		Scale         text `json:"scale,omitempty" jsonschema:"factor to base units"`
	}
	logForm struct {
		Class text `json:"class" jsonschema:"a class of results.json, or one of your own"`
		Match text `json:"match" jsonschema:"regular expression (Go); groups user_type, endpoint and status are taken over"`
	}
	processForm struct {
		Match     text `json:"match" jsonschema:"a name; * and ? stand for any text and any character"`
		Component text `json:"component"`
	}
	requestTypeForm struct {
		Match    text `json:"match" jsonschema:"METHOD name; * and ? stand for any text and any character"`
		UserType text `json:"user-type"`
	}
	linkForm struct {
		Name text `json:"name"`
		URL  text `json:"url" jsonschema:"{from} {to} in ms, {from_s} {to_s} in s, {from_iso} {to_iso} as RFC 3339"`
	}
	recordForm struct {
		Every      text          `json:"every,omitempty" jsonschema:"such as 2s"`
		Before     text          `json:"before,omitempty" jsonschema:"such as 10s"`
		After      text          `json:"after,omitempty" jsonschema:"such as 30s"`
		Postgres   service       `json:"postgres,omitempty" jsonschema:"a URL, or names and URLs; ${NAME} is taken from the environment"`
		Redis      service       `json:"redis,omitempty" jsonschema:"a URL, or names and URLs; ${NAME} is taken from the environment"`
		JSON       namedServices `json:"json,omitempty" jsonschema:"names and URLs of metrics in JSON"`
		Prometheus namedServices `json:"prometheus,omitempty" jsonschema:"names and URLs of metrics in Prometheus' text format"`
	}
	service       struct{}
	namedServices struct{}
)

// configSchema is the schema of peakload.yaml. A key without a value states
// nothing, and is none's error.
func configSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	scalar := &jsonschema.Schema{Types: []string{"string", "number", "boolean", "null"}}
	named := &jsonschema.Schema{Types: []string{"object", "null"}, AdditionalProperties: &jsonschema.Schema{Type: "string"}}
	s, err := jsonschema.ForType(reflect.TypeFor[configFile](), &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[text]():          scalar,
		reflect.TypeFor[count429]():      {Enum: []any{"error", "separate", nil}},
		reflect.TypeFor[service]():       {AnyOf: []*jsonschema.Schema{{Type: "string"}, named}},
		reflect.TypeFor[namedServices](): named,
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.Schema = "https://json-schema.org/draft/2020-12/schema"
	s.Title = "peakload.yaml"
	return s
}

func TestConfigSchemaIsPublished(t *testing.T) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(configSchema(t)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("..", "..", "templates", "schema", "peakload.schema.json")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(templates.ConfigSchema, b.Bytes()) {
		t.Errorf("%s is not what the form says: go test ./analyze/plan -update", file)
	}
}

// keysRead are the keys that ParseConfig takes at a place, by what it says of
// one that it does not.
func keysRead(t *testing.T, at string) []string {
	t.Helper()
	_, err := ParseConfig("c.yaml", []byte(fmt.Sprintf(at, "qqqqqqqqqq: 1")))
	m := regexp.MustCompile(`the keys are ([^\n]*)`).FindStringSubmatch(fmt.Sprint(err))
	if m == nil {
		t.Fatalf("%s: %v", at, err)
	}
	keys := strings.Split(strings.TrimSuffix(m[1], `: "qqqqqqqqqq"`), ", ")
	slices.Sort(keys)
	return keys
}

// The schema and the reader know the same keys, everywhere.
func TestConfigSchemaHasTheKeysThatAreRead(t *testing.T) {
	s := configSchema(t)
	same := func(at string, s *jsonschema.Schema) {
		var keys []string
		for k := range s.Properties {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		if read := keysRead(t, at); !slices.Equal(keys, read) {
			t.Errorf("%s\nthe schema has %v\nread are       %v", at, keys, read)
		}
	}
	same("%s", s)
	for name, p := range s.Properties {
		switch {
		case len(p.Properties) > 0:
			same(name+":\n  %s", p)
		case p.Items != nil && len(p.Items.Properties) > 0:
			same(name+":\n  - %s", p.Items)
		}
	}
}

// What init writes states, without the # before its settings, an example of
// every key, which the reader and the schema both take.
func TestCommentedConfig(t *testing.T) {
	if p, err := ParseConfig("peakload.yaml", templates.Config); err != nil || !reflect.DeepEqual(p, &Plan{}) {
		t.Errorf("as written it states something: %+v, %v", p, err)
	}
	setting := regexp.MustCompile(`(?m)^#(\S|  )`)
	src := setting.ReplaceAll(templates.Config, []byte("$1"))
	if _, err := ParseConfig("peakload.yaml", src); err != nil {
		t.Fatal(err)
	}
	r := resolved(t)
	var v map[string]any
	if err := yaml.Unmarshal(src, &v); err != nil {
		t.Fatal(err)
	}
	if err := r.Validate(v); err != nil {
		t.Error(err)
	}
	for name := range configSchema(t).Properties {
		if _, ok := v[name]; !ok {
			t.Errorf("no example of %s", name)
		}
	}
}

func resolved(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	r, err := configSchema(t).Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestConfigSchemaRefusesWhatTheReaderRefuses(t *testing.T) {
	r := resolved(t)
	for _, src := range []string{
		"target: [p95 < 1s]", "targets: p95 < 1s", "count-429: maybe", "setup: [a]", "phases:\n  - window: 0-1 min", "bands:\n  - behavior: x",
		"metrics:\n  - path: a.b", "prometheus:\n  - is: app.x", "log:\n  - class: pool", "links:\n  - name: x", "record:\n  mysql: x", "record:\n  json: http://x",
	} {
		if _, err := ParseConfig("c.yaml", []byte(src)); err == nil || !strings.Contains(err.Error(), "c.yaml:") {
			t.Errorf("%q: the reader says %v", src, err)
		}
		var v map[string]any
		if err := yaml.Unmarshal([]byte(src), &v); err != nil {
			t.Fatal(err)
		}
		if r.Validate(v) == nil {
			t.Errorf("%q: the schema takes it", src)
		}
	}
}
