package locust

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
)

const (
	chunkBytes = 256 << 10 // what is parsed at a time
	maxRecord  = 1 << 20   // a longer record is an unclosed quote
)

// A chunk is a stretch of a history file that ends where a record does, and
// what was read of it.
type chunk struct {
	data  []byte
	line  int // of its first byte
	batch batch
	err   error // of reading
	done  chan struct{}
}

// A splitter cuts a file into chunks at record boundaries. Cells may hold
// line feeds, so a boundary is a line feed with an even number of quotes
// before it.
type splitter struct {
	r     io.Reader
	rest  []byte // read and not yet cut
	line  int
	eof   bool
	plain bool // quotes are not escaped, and no cell holds a line feed
	size  int  // of a chunk; 0 is chunkBytes
}

// next cuts the next chunk into c; false at the end of the file.
func (s *splitter) next(c *chunk) bool {
	c.data, c.line, c.err, c.batch.cut = append(c.data[:0], s.rest...), s.line, nil, false
	s.rest = s.rest[:0]
	size := s.size
	if size == 0 {
		size = chunkBytes
	}
	for want := size; !s.eof; want += size {
		for len(c.data) < want && !s.eof {
			if cap(c.data) < want {
				c.data = append(make([]byte, 0, want+1), c.data...)
			}
			n, err := s.r.Read(c.data[len(c.data):want])
			c.data = c.data[:len(c.data)+n]
			if err == io.EOF {
				s.eof = true
			} else if err != nil {
				c.err, s.eof = err, true
				return true
			}
		}
		if s.eof {
			break
		}
		if k := s.boundary(c.data); k > 0 || len(c.data) > maxRecord {
			if k == 0 {
				k = len(c.data) // the parser will say what is wrong
			}
			s.rest = append(s.rest[:0], c.data[k:]...)
			c.data = c.data[:k]
			break
		}
	}
	if s.eof {
		c.data = bytes.TrimRight(c.data, "\x00") // a crashed machine leaves them
	}
	if len(c.data) == 0 {
		return false
	}
	s.line += bytes.Count(c.data, []byte{'\n'})
	if c.data[len(c.data)-1] != '\n' {
		c.batch.cut = true
		c.data = append(c.data, '\n')
	}
	return true
}

// boundary returns the place after the last record that ends in b, or 0.
func (s *splitter) boundary(b []byte) int {
	k := bytes.LastIndexByte(b, '\n')
	if s.plain {
		return k + 1
	}
	quotes := bytes.Count(b[:k+1], []byte{'"'})
	for k >= 0 && quotes%2 != 0 {
		before := bytes.LastIndexByte(b[:k], '\n')
		quotes -= bytes.Count(b[before+1:k+1], []byte{'"'})
		k = before
	}
	return k + 1
}

// readLayout reads the header line. It returns nil for a file without one.
func (s *splitter) readLayout(file string) (*layout, []string, error) {
	for !s.eof && bytes.IndexByte(s.rest, '\n') < 0 && len(s.rest) < maxRecord {
		grown := make([]byte, len(s.rest)+64<<10)
		copy(grown, s.rest)
		n, err := s.r.Read(grown[len(s.rest):])
		s.rest = grown[:len(s.rest)+n]
		if err == io.EOF {
			s.eof = true
		} else if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	s.rest = bytes.TrimPrefix(s.rest, []byte("\xef\xbb\xbf"))
	line, rest, _ := bytes.Cut(s.rest, []byte("\n"))
	s.rest, s.line = rest, 2
	text := strings.Trim(string(line), "\r\x00")
	if strings.TrimSpace(text) == "" {
		return nil, nil, nil
	}
	l := &layout{file: file, family: familyOf(text), delimiter: csvtable.Delimiter(line)}
	s.plain = l.family != family12
	cr := csv.NewReader(strings.NewReader(text))
	cr.Comma, cr.LazyQuotes = rune(l.delimiter), true
	cells, err := cr.Read()
	if err != nil {
		return nil, nil, &csvtable.Error{File: file, Line: 1, Problem: "is no CSV header: " + err.Error()}
	}
	h, err := csvtable.Match(file, cells, historyColumns, isPercentile)
	if err != nil {
		return nil, nil, err
	}
	l.header = h.Cells
	l.percentiles, l.slot = percentiles(h.Cells)
	for i, k := range h.Known {
		switch {
		case l.slot[i] >= 0:
			k = colQuantile
		case k < 0 || k == colFailRate:
			k = colSkip
		}
		l.column = append(l.column, uint8(k))
	}
	for ms := range l.short {
		l.short[ms] = float32(float64(ms) / 1000)
	}
	l.blank = row{users: -1, median: math.NaN(), min: math.NaN(), max: math.NaN(), size: math.NaN(), rate: math.NaN(), noRate: !has(l.column, colRate)}
	if last := l.column[len(l.column)-1]; last == colType || last == colName {
		return nil, nil, &csvtable.Error{File: file, Line: 1, Problem: "no version of Locust has the name in the last column"}
	}
	return l, h.Unknown, nil
}

// decode reads the rows of a history, in order, on as many goroutines as
// workers. use is called with each batch, which is only valid during the call.
// Memory does not grow with the file's length. An error in the very last
// record of a file without a final line end is that of a torn file: use sees
// it in the batch, and decode returns nil.
func decode(s *splitter, l *layout, workers int, use func(*batch) error) error {
	var (
		free  = make(chan *chunk, 2*workers+1)
		work  = make(chan *chunk, cap(free))
		order = make(chan *chunk, cap(free))
		stop  = make(chan struct{})
		group sync.WaitGroup
	)
	for range cap(free) {
		free <- &chunk{done: make(chan struct{}, 1)}
	}
	group.Add(1 + workers)
	go func() {
		defer group.Done()
		defer close(order)
		defer close(work)
		for {
			select {
			case <-stop:
				return
			case c := <-free:
				if !s.next(c) {
					return
				}
				order <- c
				if c.err != nil {
					return
				}
				work <- c
			}
		}
	}()
	for range workers {
		go func() {
			defer group.Done()
			p := newParser(l)
			for c := range work {
				p.parse(c.data, c.line, &c.batch)
				c.done <- struct{}{}
			}
		}()
	}
	var failed error
	for c := range order {
		if c.err != nil {
			failed = fmt.Errorf("%s: %w", l.file, c.err)
			break
		}
		<-c.done
		if failed = use(&c.batch); failed == nil && c.batch.err != nil && !c.batch.torn() {
			failed = c.batch.err
		}
		if failed != nil {
			break
		}
		free <- c
	}
	close(stop)
	for c := range order { // let the splitter and the workers finish
		if c.err == nil {
			<-c.done
		}
	}
	group.Wait()
	return failed
}

// torn reports whether the batch's error is a last record that was cut.
func (b *batch) torn() bool { return b.err != nil && b.errLast && b.cut }
