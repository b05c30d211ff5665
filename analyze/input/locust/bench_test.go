package locust

import (
	"encoding/csv"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/peakload/peakload/analyze/loadtest"
)

const benchBytes = 200_000_000

// BenchmarkHistory reads a generated full-history file of 200 MB with 30
// endpoints in four ways, in one run on one machine:
//
//	encoding_csv   encoding/csv with ReuseRecord and strconv, to structs
//	decoder_1      our decoder, parsing on one goroutine
//	decoder        our decoder, parsing on all processors
//	ReadHistory    the same and the History built from it
func BenchmarkHistory(b *testing.B) {
	file := filepath.Join(b.TempDir(), "history.csv")
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	size, err := io.Copy(f, newGenerator(benchBytes, 30))
	if err != nil {
		b.Fatal(err)
	}
	f.Close()
	ways := []struct {
		name string
		read func(io.Reader) (int, error)
	}{
		{"encoding_csv", readStandard},
		{"decoder_1", func(r io.Reader) (int, error) { return countRows(r, 1) }},
		{"decoder", func(r io.Reader) (int, error) { return countRows(r, runtime.GOMAXPROCS(0)) }},
		{"ReadHistory", func(r io.Reader) (int, error) {
			h, _, err := ReadHistory(r, "history.csv")
			if err != nil {
				return 0, err
			}
			return len(h.Time) * (1 + len(h.Endpoints)), nil
		}},
	}
	for _, w := range ways {
		b.Run(w.name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for range b.N {
				f, err := os.Open(file)
				if err != nil {
					b.Fatal(err)
				}
				rows, err := w.read(f)
				f.Close()
				if err != nil || rows < 900_000 {
					b.Fatal(rows, err)
				}
			}
		})
	}
}

func countRows(r io.Reader, workers int) (int, error) {
	s := &splitter{r: r}
	l, _, err := s.readLayout("history.csv")
	if err != nil {
		return 0, err
	}
	rows := 0
	err = decode(s, l, workers, func(b *batch) error {
		rows += len(b.rows)
		return nil
	})
	return rows, err
}

// readStandard is how one would read the file without a decoder of one's own.
func readStandard(r io.Reader) (int, error) {
	cr := csv.NewReader(r)
	cr.ReuseRecord = true
	if _, err := cr.Read(); err != nil {
		return 0, err
	}
	type key struct{ method, name string }
	names := map[key]loadtest.Endpoint{}
	var (
		row row
		q   [11]float32
		e   loadtest.Endpoint
	)
	rows := 0
	for {
		rec, err := cr.Read()
		if err == io.EOF {
			_, _, _ = row, q, e
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		if row.time, err = strconv.ParseInt(rec[0], 10, 64); err != nil {
			return rows, err
		}
		if row.users, err = strconv.Atoi(rec[1]); err != nil {
			return rows, err
		}
		e = names[key{rec[2], rec[3]}]
		if e.Name == "" {
			e = loadtest.Endpoint{Method: string([]byte(rec[2])), Name: string([]byte(rec[3]))}
			names[key{e.Method, e.Name}] = e
		}
		if row.rate, err = strconv.ParseFloat(rec[4], 64); err != nil {
			return rows, err
		}
		for i := range q {
			if rec[6+i] == "N/A" {
				q[i] = float32(math.NaN())
				continue
			}
			v, err := strconv.Atoi(rec[6+i])
			if err != nil {
				return rows, err
			}
			q[i] = float32(float64(v) / 1000)
		}
		if row.requests, err = strconv.ParseInt(rec[17], 10, 64); err != nil {
			return rows, err
		}
		if row.failures, err = strconv.ParseInt(rec[18], 10, 64); err != nil {
			return rows, err
		}
		for i, f := range []*float64{&row.median, &row.mean, &row.min, &row.max, &row.size} {
			if *f, err = strconv.ParseFloat(rec[19+i], 64); err != nil {
				return rows, err
			}
		}
		rows++
	}
}

// TestDecoderMemory shows that what the decoder allocates does not depend on
// the file's length.
func TestDecoderMemory(t *testing.T) {
	allocated := func(size int64) uint64 {
		data, err := io.ReadAll(newGenerator(2<<20, 30)) // one block, repeated: the generator allocates too
		if err != nil {
			t.Fatal(err)
		}
		r := &repeated{head: len(header12), data: data, left: size}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rows, err := countRows(r, 2)
		runtime.ReadMemStats(&after)
		if err != nil || int64(rows) < size/300 {
			t.Fatal(rows, err)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(5 << 20)
	small, large := allocated(5<<20), allocated(50<<20)
	if large > small+4<<20 {
		t.Errorf("decoding 5 MB allocates %d bytes, 50 MB %d: memory grows with the file", small, large)
	}
	t.Logf("5 MB: %d bytes allocated; 50 MB: %d", small, large)
}

// repeated is a reader of a block without its head, again and again.
type repeated struct {
	data []byte
	head int
	at   int
	left int64
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left <= 0 && r.at == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.data[r.at:])
	r.left -= int64(n)
	if r.at += n; r.at == len(r.data) {
		r.at = r.head
		if r.left <= 0 {
			r.at, r.head = 0, 0
		}
	}
	return n, nil
}
