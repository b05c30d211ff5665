//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestNoCredentialInAnyOutput gives every command passwords, of targets that
// are up, down, refuse them or are no URLs at all, and looks for them in all
// that the commands write.
func TestNoCredentialInAnyOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("runs Postgres and Redis")
	}
	postgres := newPostgres(t, postgresCanary)
	redis, _ := startRedis(t, redisCanary)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != webCanary || r.URL.Query().Get("token") != tokenCanary {
			http.Error(w, "no, not with "+r.URL.String(), http.StatusUnauthorized)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/moved") {
			http.Redirect(w, r, "http://u:"+webCanary+"@127.0.0.1:1/?token="+tokenCanary, http.StatusFound)
			return
		}
		fmt.Fprintln(w, `{"uptime_seconds": 3, "db_pool": {"size": 4, "in_use": 1}}`)
	}))
	t.Cleanup(web.Close)
	at := strings.TrimPrefix(web.URL, "http://")
	page := func(user, path string) string { return "http://u:" + user + "@" + at + path + "?token=" + tokenCanary }

	dir := t.TempDir()
	config := "record:\n  redis: {cache/down: \"redis://:${CANARY}@127.0.0.1:1\"}\n  postgres: {database/config: \"postgres://peak:" + wrongCanary + "@127.0.0.1:" + postgres.port + "/postgres\"}\n"
	if err := os.WriteFile(filepath.Join(dir, "peakload.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(postgres.url, postgresCanary, wrongCanary, 1)
	testdata, err := filepath.Abs("../../testdata/runs")
	if err != nil {
		t.Fatal(err)
	}
	commands := [][]string{
		{"record", "--every", "200ms", "--before", "0s", "--after", "300ms", "-o", "r.csv",
			"--postgres", postgres.url, "--postgres", "database/env=env:CANARY_URL", "--postgres", "database/wrong=" + wrong,
			"--postgres", "database/down=postgres://peak:" + postgresCanary + "@127.0.0.1:1/postgres", "--postgres", "database/dsn=host=127.0.0.1 port=1 user=peak password=" + postgresCanary,
			"--redis", redis, "--redis", "cache/wrong=" + strings.Replace(redis, redisCanary, wrongCanary, 1),
			"--json", "app=" + page(webCanary, "/metrics/json"), "--json", "app/wrong=" + page(wrongCanary, "/"), "--json", "app/moved=" + page(webCanary, "/moved"),
			"--json", "app/down=http://u:" + webCanary + "@127.0.0.1:1/?token=" + tokenCanary, "--json", "app/nowhere=http://u:" + webCanary + "@no.such.host.invalid/",
			"--prometheus-text", "app/text=" + page(webCanary, "/metrics"),
			"--", "sh", "-c", "sleep 1.2"},
		{"record", "--postgres", "postgres://peak:" + postgresCanary + "@db:port/x"},
		{"record", "--postgres", "postgres//peak:" + postgresCanary + "@db:5432/x"},
		{"record", "--postgres", "postgres://peak:" + postgresCanary + "/more@db:5432/x?sslmode=odd"},
		{"record", "--redis", "redis://:" + redisCanary + "@cache:port"},
		{"record", "--json", "http://u:" + webCanary + "@app/"},
		{"record", "--json", "app=ftp://u:" + webCanary + "@app/"},
		{"record", "--redis", redis, "--redis", redis, "--every", "postgres://peak:" + postgresCanary + "@db"},
		{"record", "--redis", redis, "--redis", redis},
		{"record", "--postgress=" + postgres.url},
		{"record", "-o", "x.csv", "--", "nonesuch", "--url", postgres.url},
		{"report", filepath.Join(testdata, "pool"), "-o", "filled.md", "--json", "results.json", "--html", "page.html"},
		{"report", postgres.url},
		{"report", filepath.Join(testdata, "pool"), postgres.url},
		{"check", filepath.Join(testdata, "pool"), "--target", "p95 < 1s", "--json", "check.json"},
		{"check", filepath.Join(testdata, "pool"), "--target", postgres.url},
		{"explain", "p95", filepath.Join(testdata, "pool")},
		{"explain", postgres.url, filepath.Join(testdata, "pool")},
	}
	for _, v := range verbs() { // those that ask a Prometheus
		fs := flagSet(v.name)
		v.declare(fs)
		if f := fs.Lookup("prometheus"); f != nil {
			for _, url := range []string{page(webCanary, ""), page(wrongCanary, ""), "http://u:" + webCanary + "@127.0.0.1:1", "http://u:" + webCanary + "@db:port"} {
				commands = append(commands, prometheusCommand(v.name, fs, filepath.Join(testdata, "pool"), url))
			}
		}
	}
	for _, args := range commands {
		cmd := exec.Command("peakload", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CANARY="+redisCanary, "CANARY_URL="+postgres.url, "PGPASSWORD="+postgresCanary, "PGCONNECT_TIMEOUT=2")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		cmd.Run() // most are refused
		noCanary(t, dir, fmt.Sprintf("peakload %s: %s", args[0], out.String()))
		if args[0] == "record" && len(args) > 20 {
			for _, want := range []string{"database/wrong (Postgres): password authentication failed", "database/down (Postgres): connection refused",
				"cache/wrong (Redis): WRONGPASS", "app/wrong (JSON): it answers 401", "app/down (JSON): connection refused", "app/nowhere (JSON): there is no host"} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no remark %q in:\n%s", want, out.String())
				}
			}
			r := readRecording(t, filepath.Join(dir, "r.csv"))
			for _, s := range []string{"database,,connections", "database,env,connections", "cache,,memory_bytes", "app,,pool_limit"} {
				if r[s] == nil || len(r[s].value) == 0 {
					t.Errorf("no readings of %s: the target should be up\n%s", s, out.String())
				}
			}
		}
	}
}

func prometheusCommand(verb string, fs *pflag.FlagSet, run, url string) []string {
	args := []string{verb}
	if verb == "explain" {
		args = append(args, "p95")
	}
	args = append(args, run, "--prometheus", url)
	if fs.Lookup("out") != nil {
		args = append(args, "-o", "prometheus.md")
	}
	return args
}
