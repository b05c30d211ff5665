package redis

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze/input/internal/capture"
)

const stamp = "2026-11-23T18:40:18Z\n"

func parsers() []capture.Parser { return []capture.Parser{Parser(), Memcached()} }

func read(t *testing.T, text string) string {
	t.Helper()
	tracks, notes, err := capture.Read(strings.NewReader(text), "f", parsers())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, tr := range tracks {
		if tr.Component != "cache" || tr.Instance != "" {
			t.Errorf("%s %s", tr.Component, tr.Instance)
		}
		b.WriteString(tr.Metric)
		for _, v := range tr.Value {
			fmt.Fprintf(&b, " %.12g", v)
		}
		if tr.Step > 0 {
			fmt.Fprintf(&b, " ±%.6g", tr.Step/2)
		}
		b.WriteString("\n")
	}
	for _, n := range notes {
		fmt.Fprintf(&b, "%s %s\n", n.Code, n.Source)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	whole, err := os.ReadFile("testdata/info.txt")
	if err != nil {
		t.Fatal(err)
	}
	const grepped = "total_commands_processed:849\nkeyspace_hits:7\nkeyspace_misses:3\n"
	for _, c := range []struct{ name, in, want string }{
		{"real, whole", string(whole), ""},
		{"grepped", stamp + grepped, "up 1\ncommands_total 849\nhits_total 7\nmisses_total 3\n"},
		{"grepped, carriage returns", strings.ReplaceAll(stamp+grepped, "\n", "\r\n"), "up 1\ncommands_total 849\nhits_total 7\nmisses_total 3\n"},
		{"readable only", stamp + "used_memory_human:1.06M\nmaxmemory_human:64.00M\n", "up 1\nmemory_bytes 1111490.56 ±5242.88\nmemory_limit_bytes 67108864 ±5242.88\n"},
		{"exact beats readable", stamp + "used_memory:1115064\nused_memory_human:1.06M\n", "up 1\nmemory_bytes 1115064\n"},
		{"databases", stamp + "# Keyspace\r\ndb0:keys=120,expires=3,avg_ttl=0\r\ndb1:keys=5,expires=0,avg_ttl=0\r\nused_memory:1\n", "up 1\nmemory_bytes 1\nkeys 125\n"},
		{"no keys", stamp + "used_memory:1\n# Keyspace\n", "up 1\nmemory_bytes 1\nkeys 0\n"},
		{"CPU", stamp + "used_cpu_sys:1.5\nused_cpu_user:2.25\n", "up 1\ncpu_seconds_total 3.75\n"},
		{"no time", grepped, "capture_without_times f:1\n"},
		{"down", stamp + "Could not connect to Redis at 127.0.0.1:6379: Connection refused\n" + "2026-11-23T18:40:20Z\n" + grepped,
			"up 0 1\ncommands_total 849\nhits_total 7\nmisses_total 3\n"},
		{"damaged figure", stamp + "keyspace_hits:many\nkeyspace_misses:1e5\nevicted_keys:3\n", "up 1\nevictions_total 3\n"},
		{"--stat", stamp + "------- data ------ --------------------- load -------------------- - child -\nkeys       mem      clients blocked requests            connections          \n506        864.80K  1       0       20 (+0)             2           \n507        864.80K  1       0       25 (+5)             2           \n",
			"keys 506\nmemory_bytes 885555.2 ±5.12\nconnections 1\nclients_blocked 0\ncommands_total 20\nconnections_total 2\n"},
		{"memcached", stamp + "STAT pid 1\nSTAT uptime 120\nSTAT get_hits 90\nSTAT get_misses 10\nSTAT limit_maxbytes 67108864\nEND\n",
			"uptime_seconds 120\nhits_total 90\nmisses_total 10\nmemory_limit_bytes 67108864\n"},
		{"not redis", stamp + "host:db1\nkey:value\n", "capture_not_understood f:2\n"},
	} {
		got := read(t, c.in)
		if c.name == "real, whole" {
			for _, line := range []string{"up 1\n", "hits_total ", "memory_limit_bytes 67108864\n", "connections_limit 10000\n", "uptime_seconds ", "keys ", "cpu_seconds_total "} {
				if !strings.Contains(got, line) {
					t.Errorf("%s: no %q in\n%s", c.name, line, got)
				}
			}
			if strings.Contains(got, "not_understood") {
				t.Error(got)
			}
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
}

func TestSniff(t *testing.T) {
	for text, want := range map[string]int{
		stamp + "# Server\r\nredis_version:7.0.15\r\n": 1,
		stamp + "keyspace_hits:7\n":                    1,
		stamp + "STAT get_hits 7\n":                    1,
		"key: value\nname:x\n":                         0,
		"http://a:80/b\n":                              0,
	} {
		if got := len(capture.Sniff([]byte(text), parsers())); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	whole, err := os.ReadFile("testdata/info.txt")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(whole))
	f.Add(stamp + "506        864.80K  1       0       20 (+0)             2  \n")
	f.Add(stamp + "STAT get_hits 90\ndb0:keys=1\nused_memory_human:1.5G\n")
	f.Fuzz(func(t *testing.T, text string) {
		tracks, _, err := capture.Read(strings.NewReader(text), "f", parsers())
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range tracks {
			for i, v := range tr.Value {
				if math.IsNaN(v) || math.IsInf(v, 0) || tr.Line[i] < 1 || tr.Line[i] > strings.Count(text, "\n")+1 {
					t.Fatalf("%s: %v at line %d", tr.Metric, v, tr.Line[i])
				}
			}
		}
	})
}
