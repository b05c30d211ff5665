package input

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// What a compressed file may grow to: a factor that no results file reaches,
// beyond a size that is no danger.
const (
	bombFactor = 500
	bombFloor  = 64 << 20
)

// An opened file is a stream of its contents, decompressed if need be, which
// hashes the bytes on disk on the way.
type opened struct {
	io.Reader
	name   string
	file   fs.File
	disk   *counter
	finish func()
}

// open opens a file. progress may be nil.
func open(dir Folder, name string, progress func(string, int64, int64)) (*opened, error) {
	f, err := dir.FS.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir.join(name), cause(err))
	}
	var total int64
	if info, err := f.Stat(); err == nil {
		total = info.Size()
	}
	o := &opened{name: dir.join(name), file: f}
	o.disk = &counter{r: f, hash: sha256.New(), name: o.name, total: total, progress: progress}
	o.Reader, o.finish, err = decompress(o.disk, o.name)
	if err != nil {
		f.Close()
		return nil, err
	}
	return o, nil
}

// cause strips the path that fs puts into its errors: it is not the name the
// user gave.
func cause(err error) error {
	if p, ok := err.(*fs.PathError); ok {
		return p.Err
	}
	return err
}

// close reads what is left, so that the hash is that of the whole file.
func (o *opened) close() (sum string, size int64, err error) {
	_, err = io.Copy(io.Discard, o.disk)
	if o.finish != nil {
		o.finish()
	}
	o.file.Close()
	if err != nil {
		err = fmt.Errorf("%s: %w", o.name, cause(err))
	}
	return hex.EncodeToString(o.disk.hash.Sum(nil)), o.disk.done, err
}

// decompress looks at the first bytes, whatever the file is called.
func decompress(disk *counter, name string) (io.Reader, func(), error) {
	br := bufio.NewReaderSize(disk, 64<<10)
	head, err := br.Peek(4)
	if err != nil && err != io.EOF {
		return nil, nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		return &bounded{r: z, disk: disk, name: name}, nil, nil
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		return &bounded{r: z, disk: disk, name: name}, z.Close, nil
	}
	return br, nil, nil
}

// A counter hashes and counts what is read from the disk.
type counter struct {
	r        io.Reader
	hash     hash.Hash
	name     string
	done     int64
	told     int64
	total    int64
	progress func(file string, done, total int64)
}

// Read reads, hashes and tells the progress every half megabyte.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.hash.Write(p[:n])
	c.done += int64(n)
	if c.progress != nil && (c.done-c.told >= 512<<10 || err == io.EOF && c.told < c.done) {
		c.told = c.done
		c.progress(c.name, c.done, c.total)
	}
	return n, err
}

// bounded stops a decompressor that yields far more than it takes in.
type bounded struct {
	r    io.Reader
	disk *counter
	name string
	out  int64
}

// Read reads, and fails on a decompression bomb.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.out += int64(n)
	if b.out > bombFloor && b.out > bombFactor*b.disk.done {
		return n, fmt.Errorf("unpacks to more than %d times its size, which no results file does", bombFactor)
	}
	return n, err
}
