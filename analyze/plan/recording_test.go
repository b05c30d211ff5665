package plan

import (
	"strings"
	"testing"
)

func TestRecording(t *testing.T) {
	p, err := ParseConfig("peakload.yaml", []byte(`record:
  every: 1s
  before: 0s
  after: 1m
  postgres: postgres://u:${PW}@db/x?sslmode=disable
  redis:
    cache: redis://one:6379
    sessions: redis://two:6379
  json: {app/web1: "http://a/metrics/json"}
  prometheus:
    app: http://a/metrics
`))
	if err != nil {
		t.Fatal(err)
	}
	r := p.Recording
	if *r.Every != 1 || *r.Before != 0 || *r.After != 60 {
		t.Errorf("times: %v %v %v", *r.Every, *r.Before, *r.After)
	}
	if len(r.Postgres) != 1 || r.Postgres[0].Name != "" || len(r.Redis) != 2 || r.Redis[1].Name != "sessions" ||
		len(r.JSON) != 1 || r.JSON[0].Name != "app/web1" || r.JSON[0].URL != "http://a/metrics/json" || len(r.Prometheus) != 1 {
		t.Errorf("targets: %+v", r)
	}
	environment := map[string]string{"PW": "hunter2"}
	get := func(name string) (string, bool) { v, ok := environment[name]; return v, ok }
	if url, err := r.Postgres[0].Expand(get); err != nil || url != "postgres://u:hunter2@db/x?sslmode=disable" {
		t.Errorf("expanded: %q, %v", url, err)
	}
	delete(environment, "PW")
	if _, err := r.Postgres[0].Expand(get); err == nil || !strings.Contains(err.Error(), "peakload.yaml:5:") || !strings.Contains(err.Error(), "PW is not set") {
		t.Errorf("unset: %v", err)
	}
}

// What is refused is shown without its password.
func TestConfigHidesPasswords(t *testing.T) {
	const canary = "CanaryP4ss"
	for _, src := range []string{
		"record:\n  postgress: postgres://u:" + canary + "@db/x\n",
		"record: postgres://u:" + canary + "@db/x\n",
		"record:\n  postgres: [\"postgres://u:" + canary + "@db/x\"]\n",
		"record:\n  json: http://u:" + canary + "@db/x\n",
		"record:\n  json:\n    app: [http://u:" + canary + "@db/x]\n",
		"record:\n  every: http://u:" + canary + "@db/x\n",
		"record:\n  postgres: \"postgres://u:" + canary + "@db/x\n",
		"record:\n  postgres: postgres://u:" + canary + "@db/x: y\n",
		"targets: [\"p95 < postgres://u:" + canary + "@db/x\"]\n",
		"links:\n  - name: a\n    url: ftp://u:" + canary + "@db/x\n",
	} {
		_, err := ParseConfig("peakload.yaml", []byte(src))
		if err == nil {
			t.Errorf("no error for %q", src)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
