package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// writeFile writes a file whole or not at all: into a temporary file in the
// same folder, synced, then renamed. An existing file keeps its permissions;
// a symbolic link is followed, not replaced.
func writeFile(name string, data []byte) (err error) {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		if !info.Mode().IsRegular() { // /dev/stdout, a pipe: nothing to replace
			return os.WriteFile(name, data, mode)
		}
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".peakload-*")
	if err != nil {
		return atFolder(filepath.Dir(name), err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// atFolder blames the folder for an error that names a temporary file in it.
func atFolder(dir string, err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return &fs.PathError{Op: p.Op, Path: dir, Err: p.Err}
	}
	return err
}
