package resources

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

const header = "Timestamp,Component,Instance,Metric,Value\n"

func read(text string) string {
	tracks, notes, err := Read(strings.NewReader(text), "d/x_resources.csv")
	var b strings.Builder
	for _, t := range tracks {
		fmt.Fprintf(&b, "%s [%s] %s", t.Component, t.Instance, t.Metric)
		for i := range t.Time {
			fmt.Fprintf(&b, " %g=%g@%d", t.Time[i]-1795459200, t.Value[i], t.Line[i])
		}
		b.WriteString("\n")
	}
	for _, n := range notes {
		fmt.Fprintf(&b, "%s %s %s: %s\n", n.Severity, n.Code, n.Source, n.Message)
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"rows", header + "1795459218,app,,cpu_ratio,0.5\n1795459218.250,database,muejam,connections,13\n1795459220,app,,cpu_ratio,0.75\n",
			"app [] cpu_ratio 18=0.5@2 20=0.75@4\ndatabase [muejam] connections 18.25=13@3\n"},
		{"only a header", header, ""},
		{"unknown metrics are kept", header + "1795459218,gpu,0,frobs_per_second,5e-3\n", "gpu [0] frobs_per_second 18=0.005@2\n"},
		{"quoted", header + "1795459218,database,\"SELECT a, \"\"b\"\"\",queries_total,7\n", "database [SELECT a, \"b\"] queries_total 18=7@2\n"},
		{"columns turned, one more, one less", "Value,Note,Metric,Component,timestamp\n7,x,keys,cache,1795459218\n", "cache [] keys 18=7@2\n"},
		{"a spreadsheet's", "\ufeffTimestamp;Component;Instance;Metric;Value\r\n1795459218,5;app;;cpu_ratio;0,5\r\n", "app [] cpu_ratio 18.5=0.5@2\n"},
		{"no reading", header + "1795459218,app,,cpu_ratio,NaN\n1795459218,app,,cpu_ratio,\n", ""},
		{"torn", header + "1795459218,app,,cpu_ratio,0.5\n1795459220,app,,cpu_ratio,0.7",
			"app [] cpu_ratio 18=0.5@2\ninfo torn_row d/x_resources.csv:3: The last row has no line end and was left out: it may have been cut off.\n"},
		{"damaged", header + "1795459218,app,,cpu_ratio,0.5\n\x00\x00\n1795459219,app,cpu\n1795459220,app,,cpu_ratio,many\nyesterday,app,,cpu_ratio,1\n1795459222000,app,,cpu_ratio,1\n1795459222,,,cpu_ratio,1\n1795459224,\"app,,cpu_ratio,1\n1795459226,app,,cpu_ratio,0.6\n",
			"app [] cpu_ratio 18=0.5@2 26=0.6@10\nwarn damaged_rows d/x_resources.csv:4: 6 rows are damaged and were skipped; of the first, it has 3 fields where the header has 5.\n"},
		{"one damaged", header + "1795459218,app,,cpu_ratio,0x10\n", "warn damaged_rows d/x_resources.csv:2: 1 row is damaged and was skipped; of the first, the value \"0x10\" is not a number.\n"},
		{"backwards", header + "1795459220,app,,cpu_ratio,2\n1795459218,app,,cpu_ratio,1\n",
			"app [] cpu_ratio 18=1@3 20=2@2\nwarn times_out_of_order d/x_resources.csv:3: The times go backwards here: two captures in one file, or a clock that was set. The readings were put in order.\n"},
		{"wrong header", "Timestamp,Component,Instance,Metrics,Value\n1,2,3,4,5\n",
			"error: d/x_resources.csv:1: the header lacks \"Metric\" (it has \"Metrics\"); the first line of a file of resource figures is Timestamp,Component,Instance,Metric,Value\n"},
		{"empty", "", "error: d/x_resources.csv: is empty; the first line of a file of resource figures is Timestamp,Component,Instance,Metric,Value\n"},
	} {
		if diff := cmp.Diff(c.want, read(c.in)); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
	broken := errors.New("broken disk")
	if _, _, err := Read(io.MultiReader(strings.NewReader(header+"1795459218,app,,cpu_ratio,1\n"), iotest.ErrReader(broken)), "f"); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestSniff(t *testing.T) {
	for text, want := range map[string]bool{header: true, "\ufeff" + header: true, "timestamp;component;instance;metric;value\r\n": true,
		"Timestamp,User Count,Type,Name\n": false, "": false, "timestamp,cpu,user\n": false} {
		if Sniff([]byte(text)) != want {
			t.Errorf("%q", text)
		}
	}
}

// However a file is cut, the readings are the first ones of the whole file.
func TestCut(t *testing.T) {
	var b strings.Builder
	b.WriteString(header)
	for i := range 20 {
		fmt.Fprintf(&b, "%d.250,app,,cpu_ratio,0.%d\n", 1795459200+i, 10+i)
	}
	whole := b.String()
	for n := len(header); n <= len(whole); n++ {
		tracks, _, err := Read(strings.NewReader(whole[:n]), "f")
		if err != nil {
			t.Fatal(n, err)
		}
		rows := strings.Count(whole[:n], "\n") - 1
		got := 0
		for _, tr := range tracks {
			got += len(tr.Time)
			for i, v := range tr.Value {
				if v != float64(10+i)/100 {
					t.Fatal(n, i, v)
				}
			}
		}
		if got != rows {
			t.Fatalf("cut at %d: %d readings, want %d", n, got, rows)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(header + "1795459218,app,,cpu_ratio,0.5\n1795459220,\"a\"\"b\",\"\",c,1e3")
	f.Add("Value;Metric;Component;Timestamp\n0,5;a;b;1795459218\n")
	f.Fuzz(func(t *testing.T, text string) {
		tracks, _, err := Read(strings.NewReader(text), "f")
		if err != nil && len(tracks) > 0 {
			t.Fatal("an error and figures")
		}
		for _, tr := range tracks {
			for i, v := range tr.Value {
				if math.IsNaN(v) || math.IsInf(v, 0) || tr.Time[i] < firstTime || tr.Time[i] >= lastTime || tr.Line[i] < 2 || i > 0 && tr.Time[i] <= tr.Time[i-1] {
					t.Fatalf("%v at %v, line %d", v, tr.Time[i], tr.Line[i])
				}
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var s strings.Builder
	s.WriteString(header)
	for i := range 100_000 {
		fmt.Fprintf(&s, "%d.250,app,,metric_%d,%d\n", 1795459200+i/50, i%50, i)
	}
	text := s.String()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Read(strings.NewReader(text), "f"); err != nil {
			b.Fatal(err)
		}
	}
}
