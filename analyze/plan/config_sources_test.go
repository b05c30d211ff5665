package plan

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseSources(t *testing.T) {
	got, err := ParseConfig("peakload.yaml", []byte(`metrics:
  - path: pools.*.busy
    is: app/main.pool_in_use
    scale: 0.5
prometheus:
  - query: sum by (user_type) (limited_total)
    is: app.rate_limited_total
    instance-label: user_type
log:
  - class: pool
    match: 'no slot (?P<user_type>\w+)'
processes:
  - {match: uvicorn*, component: app}
endpoints:
  - {match: GET /feed*, component: cache}
requests-by-user-type:
  - {match: POST *, user-type: Writer}
links:
  - name: Grafana
    url: https://grafana.example/d/api?from={from}&to={to}
`))
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, column int) Pos { return Pos{"peakload.yaml", line, column} }
	want := Sources{
		JSON:      []JSONPath{{Path: "pools.*.busy", Component: "app", Instance: "main", Metric: "pool_in_use", Scale: 0.5, Pos: at(2, 5)}},
		Queries:   []Query{{Component: "app", Metric: "rate_limited_total", PromQL: "sum by (user_type) (limited_total)", InstanceLabel: "user_type", Pos: at(6, 5)}},
		Patterns:  []LogPattern{{Class: "pool", Regexp: `no slot (?P<user_type>\w+)`, Pos: at(10, 5)}},
		Processes: []Process{{Match: "uvicorn*", Component: "app", Pos: at(13, 5)}},
		Endpoints: []EndpointComponent{{Match: "GET /feed*", Component: "cache", Pos: at(15, 5)}},
		UserTypes: []UserTypePattern{{UserType: "Writer", Match: "POST *", Pos: at(17, 5)}},
		Links:     []Link{{Name: "Grafana", URL: "https://grafana.example/d/api?from={from}&to={to}", Pos: at(19, 5)}},
	}
	if !reflect.DeepEqual(got.Sources, want) {
		t.Errorf("got  %+v\nwant %+v", got.Sources, want)
	}
	merged := Merge(&Plan{}, got, &Plan{})
	if !reflect.DeepEqual(merged.Sources, want) {
		t.Errorf("merging lost sources: %+v", merged.Sources)
	}
}

func TestParseSourcesErrors(t *testing.T) {
	for _, c := range []struct{ src, line, want string }{
		{"metrics:\n  - path: a.b\n", ":2:", "a metric needs is"},
		{"metrics:\n  - path: a.b\n    is: Pool in use\n", ":3:", "app.pool_in_use"},
		{"metrics:\n  - path: a.b\n    is: app.x\n    scale: much\n", ":4:", "a factor such as 0.001"},
		{"log:\n  - class: pool\n    match: '(['\n", ":3:", "regular expression"},
		{"processes:\n  - match: '[a'\n    component: app\n", ":2:", "stands for any text"},
		{"links:\n  - name: G\n    url: javascript:alert(1)\n", ":3:", "https://"},
		{"links:\n  - name: G\n    url: https://user:secret@grafana.example/\n", ":3:", "leave it out"},
		{"prometheus:\n  - querry: up\n", ":2:", "did you mean query?"},
	} {
		_, err := ParseConfig("peakload.yaml", []byte(c.src))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "peakload.yaml"+c.line) {
			t.Errorf("%q: error %v, want %q at %s", c.src, err, c.want, c.line)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the password: %v", c.src, err)
		}
	}
}
