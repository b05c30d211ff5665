package main

import (
	"errors"
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
		return err
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
