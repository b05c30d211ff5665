//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// need finds a program of Debian's, or fails with what installs it.
func need(t *testing.T, name string, folders ...string) string {
	t.Helper()
	for _, pattern := range folders {
		found, _ := filepath.Glob(filepath.Join(pattern, name))
		if len(found) > 0 {
			return found[len(found)-1]
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed: make components", name)
	}
	return path
}

// freeAddress returns an address of the loopback that nobody listens on.
func freeAddress(t *testing.T) (address, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return l.Addr().String(), port
}

// A server is a process that a test started. It is killed when the test ends.
type server struct {
	cmd *exec.Cmd
	log *bytes.Buffer
}

func start(t *testing.T, cmd *exec.Cmd) *server {
	t.Helper()
	s := &server{cmd: cmd, log: &bytes.Buffer{}}
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v", cmd.Path, err)
	}
	t.Cleanup(s.kill)
	return s
}

// kill ends the process and those it started, and waits for it.
func (s *server) kill() {
	if s.cmd.ProcessState == nil {
		syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		s.cmd.Wait()
	}
}

// eventually waits until try succeeds.
func eventually(t *testing.T, d time.Duration, what string, try func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: not within %v: %v", what, d, err)
}

func dial(address string) func() error {
	return func() error {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			c.Close()
		}
		return err
	}
}

// A postgresServer is a Postgres of the test's own.
type postgresServer struct {
	*server
	bin, data, port string
	name            string              // in the title of each of its processes
	as              *syscall.Credential // nil: oneself
	url             string
}

// newPostgres makes and starts a server with a user "peak" of that password.
// Postgres refuses to run as root; root lends it to the user postgres.
func newPostgres(t *testing.T, password string) *postgresServer {
	t.Helper()
	p := &postgresServer{bin: filepath.Dir(need(t, "initdb", "/usr/lib/postgresql/*/bin"))}
	// Not t.TempDir, whose parent only its owner may enter.
	dir, err := os.MkdirTemp("", "peakload-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(password), 0o644); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Fatalf("there is no user postgres: make components: %v", err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		p.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	p.data = filepath.Join(dir, "data")
	initdb := p.command("initdb", "-D", p.data, "-U", "peak", "--pwfile", secret, "--auth=scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	_, p.port = freeAddress(t)
	p.name = "peakload-test-" + p.port
	p.url = fmt.Sprintf("postgres://peak:%s@127.0.0.1:%s/postgres?sslmode=disable", password, p.port)
	p.start(t)
	return p
}

func (p *postgresServer) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir = filepath.Dir(p.data)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	return cmd
}

// start starts the server, again after it was killed.
func (p *postgresServer) start(t *testing.T) {
	t.Helper()
	p.server = start(t, p.command("postgres", "-D", p.data, "-k", filepath.Dir(p.data), "-p", p.port, "-c", "listen_addresses=127.0.0.1", "-c", "cluster_name="+p.name,
		"-c", "fsync=off", "-c", "max_connections=30", "-c", "shared_preload_libraries=pg_stat_statements"))
	eventually(t, 20*time.Second, "Postgres", func() error { return p.exec("CREATE EXTENSION IF NOT EXISTS pg_stat_statements") })
}

func (p *postgresServer) exec(query string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, p.url)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, query)
	return errors.Join(err, c.Close(ctx))
}

// startRedis starts a Redis of 6 MB that evicts what was used least.
func startRedis(t *testing.T, password string) (url string, s *server) {
	t.Helper()
	bin := need(t, "redis-server")
	address, port := freeAddress(t)
	cmd := exec.Command(bin, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no",
		"--maxmemory", "6mb", "--maxmemory-policy", "allkeys-lru", "--requirepass", password)
	cmd.Dir = t.TempDir()
	s = start(t, cmd)
	eventually(t, 10*time.Second, "Redis", dial(address))
	return "redis://:" + password + "@" + address, s
}

// shopProgram is the application's program, by its whole path: no other
// process of the machine has that in its command line.
func shopProgram(t *testing.T) string {
	t.Helper()
	bin, err := exec.LookPath("shop")
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// startShop starts the application.
func startShop(t *testing.T, postgres, redis string) (url string) {
	t.Helper()
	address, _ := freeAddress(t)
	cmd := exec.Command(shopProgram(t))
	cmd.Env = append(os.Environ(), "SHOP_ADDRESS="+address, "SHOP_POSTGRES="+postgres, "SHOP_REDIS="+redis)
	s := start(t, cmd)
	eventually(t, 10*time.Second, "the shop", func() error {
		if err := dial(address)(); err != nil {
			return fmt.Errorf("%w: %s", err, strings.TrimSpace(s.log.String()))
		}
		return nil
	})
	return "http://" + address
}

// startPrometheus starts a Prometheus that scrapes, each second, the shop and
// Debian's exporters of the machine, of Postgres and of Redis.
func startPrometheus(t *testing.T, shop, postgres, redis, password string) (url string) {
	t.Helper()
	dir := t.TempDir()
	config := "global: {scrape_interval: 1s}\nscrape_configs:\n"
	scrape := func(job, address string) {
		config += fmt.Sprintf("  - {job_name: %s, static_configs: [{targets: [%q]}]}\n", job, address)
	}
	scrape("app", strings.TrimPrefix(shop, "http://"))
	exporter := func(job, bin string, env []string, args ...string) {
		address, _ := freeAddress(t)
		cmd := exec.Command(need(t, bin), append(args, "--web.listen-address="+address)...)
		cmd.Env = append(os.Environ(), env...)
		start(t, cmd)
		scrape(job, address)
	}
	exporter("node", "prometheus-node-exporter", nil)
	exporter("postgres", "prometheus-postgres-exporter", []string{"DATA_SOURCE_NAME=" + postgres})
	exporter("redis", "prometheus-redis-exporter", []string{"REDIS_ADDR=" + redis, "REDIS_PASSWORD=" + password})
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	address, _ := freeAddress(t)
	s := start(t, exec.Command(need(t, "prometheus"), "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address))
	eventually(t, 20*time.Second, "Prometheus", func() error {
		resp, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return fmt.Errorf("%w: %s", err, s.log.String())
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	})
	return "http://" + address
}
