//go:build !linux

package record

import "runtime"

// proportional is known on Linux only.
func proportional(int32) (float64, bool) { return 0, false }

// filesLimit is known on Linux only.
func filesLimit(int32) float64 { return 0 }

// coresOf returns the machine's cores: what a process is bound to is known on
// Linux only.
func coresOf([]*entry) float64 { return float64(runtime.NumCPU()) }

// memoryLimit is known on Linux only.
func memoryLimit(int32) (float64, bool) { return 0, false }
