package record

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func lines(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "r.csv")
	f, err := Create(name)
	if err != nil {
		t.Fatal(err)
	}
	at := time.UnixMilli(1795478519350)
	if err := f.Write(at, []Reading{{"app", `a "b", c`, "x_bytes", 1e15}, {"app", "", "nan", math.NaN()}, {"app", "", "inf", math.Inf(1)}, {"app", "", "y_ratio", 0.25}}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{"Timestamp,Component,Instance,Metric,Value", `1795478519.350,app,"a ""b"", c",x_bytes,1000000000000000`, "1795478519.350,app,,y_ratio,0.25"}
	if got := lines(t, name); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", got)
	}
}

func TestAppend(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ before, after, refused string }{
		{before: "", after: "Timestamp,Component,Instance,Metric,Value\n1.000,a,,b,1\n"},
		{before: "Timestamp,Component,Instance,Metric,Value\n0.500,a,,b,7\n", after: "Timestamp,Component,Instance,Metric,Value\n0.500,a,,b,7\n1.000,a,,b,1\n"},
		{before: "Timestamp,Component,Instance,Metric,Value\n0.500,a,,b,7\n0.7", after: "Timestamp,Component,Instance,Metric,Value\n0.500,a,,b,7\n1.000,a,,b,1\n"},
		{before: "Type,Name,Request Count\nGET,/,1\n", refused: "nothing is appended"},
		{before: "x", refused: "nothing is appended"},
	} {
		name := filepath.Join(dir, strconv.Itoa(len(c.before))+".csv")
		if c.before != "" {
			if err := os.WriteFile(name, []byte(c.before), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		f, err := Append(name)
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%q: %v", c.before, err)
			}
			if data, _ := os.ReadFile(name); string(data) != c.before {
				t.Errorf("%q was changed to %q", c.before, data)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Write(time.Unix(1, 0), []Reading{{"a", "", "b", 1}}); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if data, _ := os.ReadFile(name); string(data) != c.after {
			t.Errorf("%q became %q", c.before, data)
		}
	}
}

// Whatever names come from outside, every row reads back as five cells.
func TestCells(t *testing.T) {
	name := filepath.Join(t.TempDir(), "r.csv")
	rapid.Check(t, func(t *rapid.T) {
		r := Reading{rapid.String().Draw(t, "component"), rapid.String().Draw(t, "instance"), rapid.String().Draw(t, "metric"),
			rapid.Float64Range(-1e300, 1e300).Draw(t, "value")}
		f, err := Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Write(time.Unix(1, 0), []Reading{r}); err != nil {
			t.Fatal(err)
		}
		f.Close()
		data, _ := os.ReadFile(name)
		rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 5 || strings.Count(string(data), "\n") != 2 {
			t.Fatalf("%q: %q, %v", data, rows, err)
		}
		if v, err := strconv.ParseFloat(rows[1][4], 64); err != nil || v != r.Value {
			t.Fatalf("%v became %v", r.Value, v)
		}
	})
}
