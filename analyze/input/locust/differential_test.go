package locust

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gocarina/gocsv"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
)

// peerRow is a history row as gocsv reads it.
type peerRow struct {
	Time     int64           `csv:"Timestamp"`
	Users    int             `csv:"User Count"`
	Method   string          `csv:"Type"`
	Name     string          `csv:"Name"`
	Rate     float64         `csv:"Requests/s"`
	P50      csvtable.Number `csv:"50%"`
	P66      csvtable.Number `csv:"66%"`
	P75      csvtable.Number `csv:"75%"`
	P80      csvtable.Number `csv:"80%"`
	P90      csvtable.Number `csv:"90%"`
	P95      csvtable.Number `csv:"95%"`
	P98      csvtable.Number `csv:"98%"`
	P99      csvtable.Number `csv:"99%"`
	P999     csvtable.Number `csv:"99.9%"`
	P9999    csvtable.Number `csv:"99.99%"`
	P100     csvtable.Number `csv:"100%"`
	Requests int64           `csv:"Total Request Count"`
	Failures int64           `csv:"Total Failure Count"`
	Median   float64         `csv:"Total Median Response Time"`
	Mean     float64         `csv:"Total Average Response Time"`
	Min      float64         `csv:"Total Min Response Time"`
	Max      float64         `csv:"Total Max Response Time"`
	Size     float64         `csv:"Total Average Content Size"`
}

// decoded reads rows with our decoder, as gocsv would give them.
func decoded(text string, chunk, workers int) ([]peerRow, error) {
	s := &splitter{r: iotest.OneByteReader(strings.NewReader(text)), size: chunk}
	if chunk == 0 {
		s.r = strings.NewReader(text)
	}
	l, _, err := s.readLayout("f")
	if err != nil || l == nil {
		return nil, err
	}
	var rows []peerRow
	err = decode(s, l, workers, func(b *batch) error {
		np := len(l.percentiles)
		for i, r := range b.rows {
			e := b.names[r.name]
			row := peerRow{Time: r.time, Users: r.users, Method: e.Method, Name: e.Name, Rate: r.rate, Requests: r.requests, Failures: r.failures,
				Median: r.median * 1000, Mean: r.mean * 1000, Min: r.min * 1000, Max: r.max * 1000, Size: r.size}
			for k, to := range []*csvtable.Number{&row.P50, &row.P66, &row.P75, &row.P80, &row.P90, &row.P95, &row.P98, &row.P99, &row.P999, &row.P9999, &row.P100} {
				*to = csvtable.Number(math.Round(float64(b.quantiles[i*np+k])*1e6) / 1e3)
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, err
}

// peer reads the same with gocsv and settles what stands for nothing in the
// same way.
func peer(text string) ([]peerRow, error) {
	var rows []peerRow
	if err := gocsv.UnmarshalString(text, &rows); err != nil {
		return nil, err
	}
	nan := math.NaN()
	for i := range rows {
		r := &rows[i]
		some := false
		quantiles := []*csvtable.Number{&r.P50, &r.P66, &r.P75, &r.P80, &r.P90, &r.P95, &r.P98, &r.P99, &r.P999, &r.P9999, &r.P100}
		for _, q := range quantiles {
			some = some || *q > 0
		}
		for _, q := range quantiles {
			if !some {
				*q = csvtable.Number(nan)
			}
		}
		if r.Requests == 0 {
			r.Size = nan
		}
		if r.Requests == 0 || r.Max == 0 && r.Mean == 0 && r.Min == 0 {
			r.Median, r.Mean, r.Min, r.Max = nan, nan, nan, nan
		}
	}
	return rows, nil
}

// TestAgainstGocsv compares the decoder with gocsv on every recorded file and
// on a generated one, for several sizes of chunk.
func TestAgainstGocsv(t *testing.T) {
	files, _ := filepath.Glob(fixtures + "*/*_stats_history.csv")
	shared, _ := filepath.Glob("../../../../shared/data/*/*/*_stats_history.csv")
	texts := map[string]string{}
	for _, f := range append(files, shared...) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts[f] = string(b)
	}
	var b bytes.Buffer
	b.ReadFrom(newGenerator(1<<20, 30))
	texts["generated"] = b.String()
	if len(files) < 8 {
		t.Fatal("fixtures are missing")
	}
	for name, text := range texts {
		want, err := peer(text)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, chunk := range []int{0, 300, 5000} {
			if chunk > 0 && len(text) > 100_000 {
				continue
			}
			got, err := decoded(text, chunk, 2)
			if err != nil {
				t.Fatal(name, err)
			}
			if len(got) != len(want) {
				t.Fatalf("%s in chunks of %d: %d rows, want %d", name, chunk, len(got), len(want))
			}
			for i := range got {
				if !sameRow(got[i], want[i]) {
					t.Fatalf("%s in chunks of %d, row %d:\ngot  %+v\nwant %+v", name, chunk, i, got[i], want[i])
				}
			}
		}
	}
}

// sameRow compares rows; latencies were divided by 1000 and multiplied again.
func sameRow(a, b peerRow) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if f := x.Field(i); f.Kind() == reflect.Float64 {
			v, w := f.Float(), y.Field(i).Float()
			if math.IsNaN(v) != math.IsNaN(w) || math.Abs(v-w) > 1e-15*math.Abs(w) {
				return false
			}
		} else if !f.Equal(y.Field(i)) {
			return false
		}
	}
	return true
}

// TestScanFloat compares the reading of numbers with strconv's, to the last
// bit.
func TestScanFloat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64Range(0, 1e7).Draw(t, "f")
		text := strconv.FormatFloat(f, 'f', rapid.IntRange(-1, 18).Draw(t, "places"), 64)
		want, _ := strconv.ParseFloat(text, 64)
		got, n := scanFloat([]byte(text+","), 0)
		if n == 0 {
			if digits := len(text); digits <= 19 {
				t.Fatalf("%s was not read", text)
			}
			return
		}
		if got != want || n != len(text) {
			t.Fatalf("%s: %v, %d; want %v", text, got, n, want)
		}
	})
	r := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		text := fmt.Sprintf("%d.%0*d", r.Uint64N(1<<r.IntN(40)), 1+r.IntN(8), r.Uint64N(10))
		want, _ := strconv.ParseFloat(text, 64)
		if got, _ := scanFloat([]byte(text+"\n"), 0); got != want && len(text) <= 19 {
			t.Fatalf("%s: %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"", ".", "-1", "1e5", "1.2.3"} {
		if f, n := scanFloat([]byte(text+","), 0); n == len(text) && text != "" {
			t.Errorf("%q was read as %v", text, f)
		}
	}
}

// TestWorkersAgree: the number of goroutines makes no difference.
func TestWorkersAgree(t *testing.T) {
	var text bytes.Buffer
	text.ReadFrom(newGenerator(1<<20, 7))
	one, notes1, err1 := readHistory(bytes.NewReader(text.Bytes()), "f", 1)
	four, notes4, err4 := readHistory(bytes.NewReader(text.Bytes()), "f", 4)
	if err1 != nil || err4 != nil {
		t.Fatal(err1, err4)
	}
	if d := cmp.Diff(one, four, cmpopts.EquateNaNs()); d != "" || cmp.Diff(notes1, notes4) != "" {
		t.Error(d)
	}
	checkShape(t, one)
}

// TestDecodeStops: an error ends a decode and leaves no goroutine behind.
func TestDecodeStops(t *testing.T) {
	before := runtime.NumGoroutine()
	var text bytes.Buffer
	text.ReadFrom(newGenerator(2<<20, 7))
	copy(text.Bytes()[len(header12)+700_000:], "broken\nbroken\n")
	for range 20 {
		if _, _, err := readHistory(bytes.NewReader(text.Bytes()), "f", 2); err == nil {
			t.Fatal("no error")
		}
	}
	if _, _, err := ReadHistory(iotest.TimeoutReader(newGenerator(2<<20, 7)), "f"); err == nil {
		t.Fatal("no error")
	}
	if after := runtime.NumGoroutine(); after > before+2 {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}
