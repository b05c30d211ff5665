package explain

import "github.com/peakload/peakload/analyze/measure"

// Limits says in words what a figure holds within: "0.79 to 0.91 s".
func Limits(v measure.Value) string { return limitsOf(v) }

// Method says in words how a figure was come by.
func Method(v measure.Value) string { return methodOf(v) }

// Reason says in words why there is no figure.
func Reason(v measure.Value) string { return reasons[v.Why()] }

// Lines says in words which lines of a file are meant: "lines 61 and 541".
func Lines(lines string) string { return linesOf(lines) }
