package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/peakload/peakload/analyze/loadtest"
)

// header is the first line of the canonical resources file.
var header = strings.Join(loadtest.ResourcesHeader[:], ",")

// syncEvery is how much of a recording a machine that loses its power may
// lose. A recorder that is killed loses none that was written.
const syncEvery = 10 * time.Second

// A File is a canonical resources file that is being written.
type File struct {
	mu     sync.Mutex
	f      *os.File
	name   string
	synced time.Time
}

// Create begins a file; one of the same name is lost, as Locust does with its
// own files of the same prefix.
func Create(name string) (*File, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, atFile(name, err)
	}
	w := &File{f: f, name: name, synced: time.Now()}
	return w, w.begin()
}

// Append continues a file, or begins it. A last line that was cut off, as a
// machine that lost its power leaves it, is taken away.
func Append(name string) (*File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, atFile(name, err)
	}
	w := &File{f: f, name: name, synced: time.Now()}
	if err := w.resume(); err != nil {
		f.Close()
		return nil, err
	}
	return w, nil
}

// resume finds the end of the last whole line, after checking that the file
// is of the kind.
func (w *File) resume() error {
	head := make([]byte, len(header)+1)
	n, err := io.ReadFull(w.f, head)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return w.begin()
	case strings.TrimRight(string(head[:n]), "\r\n") != header:
		return fmt.Errorf("%s:1: its header is not %s, so nothing is appended to it", w.name, header)
	}
	end, err := w.f.Seek(0, io.SeekEnd)
	if err != nil {
		return atFile(w.name, err)
	}
	tail := make([]byte, min(end, 64<<10))
	if _, err := w.f.ReadAt(tail, end-int64(len(tail))); err != nil {
		return atFile(w.name, err)
	}
	last := bytes.LastIndexByte(tail, '\n')
	if last < 0 {
		return fmt.Errorf("%s: its last line is longer than any reading, so nothing is appended to it", w.name)
	}
	whole := end - int64(len(tail)) + int64(last) + 1
	if err := w.f.Truncate(whole); err != nil {
		return atFile(w.name, err)
	}
	_, err = w.f.Seek(whole, io.SeekStart)
	return atFile(w.name, err)
}

func (w *File) begin() error {
	_, err := w.f.WriteString(header + "\n")
	return atFile(w.name, err)
}

// Write appends the readings of one sample by one system call, so that a
// sample is in the file whole or not at all. Readings that are no numbers are
// left out.
func (w *File) Write(at time.Time, readings []Reading) error {
	stamp := strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64)
	var b []byte
	for _, r := range readings {
		if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
			continue
		}
		b = append(b, stamp...)
		b = append(b, ',')
		b = append(b, cell(r.Component)...)
		b = append(b, ',')
		b = append(b, cell(r.Instance)...)
		b = append(b, ',')
		b = append(b, cell(r.Metric)...)
		b = append(b, ',')
		b = strconv.AppendFloat(b, r.Value, 'f', -1, 64)
		b = append(b, '\n')
	}
	if len(b) == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.f.Write(b); err != nil {
		return atFile(w.name, err)
	}
	if now := time.Now(); now.Sub(w.synced) >= syncEvery {
		w.synced = now
		return w.sync()
	}
	return nil
}

// sync puts on the disk what was written; a pipe or a device has no disk.
func (w *File) sync() error {
	if info, err := w.f.Stat(); err == nil && info.Mode().IsRegular() {
		return atFile(w.name, w.f.Sync())
	}
	return nil
}

// Close syncs and closes the file.
func (w *File) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(w.sync(), atFile(w.name, w.f.Close()))
}

// cell writes a name as a CSV cell. Names come from outside: from URLs, JSON
// keys and labels.
func cell(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if strings.ContainsAny(text, `",`) || strings.HasPrefix(text, " ") || strings.HasSuffix(text, " ") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

// atFile says which file an error is about.
func atFile(name string, err error) error {
	if err == nil {
		return nil
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}
