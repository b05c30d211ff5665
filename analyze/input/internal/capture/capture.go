// Package capture reads what people capture in a terminal while a load test
// runs: the output of psql, redis-cli, top, free or curl, repeated, each
// sample preceded by a line with its time. One file may hold the output of
// several commands.
package capture

// A Sample is what one look at the system gave: the lines between one line
// with a time and the next.
type Sample struct {
	// Time is in Unix seconds; NaN where the file has no line with a time
	// before the sample, so that only readings with times of their own count.
	Time  float64
	Local bool     // the zone of Time is not known: it is written as if UTC
	Line  int      // number of the first of Lines in the file
	Lines []string // without line ends
	used  []bool
}

// A Reading is one figure of a sample.
type Reading struct {
	Component, Instance, Metric string  // as loadtest.Track's
	Value                       float64 // base units; NaN is not a reading
	Step                        float64 // unit of the last digit as written, in base units; 0 full precision
	Line                        int     // in the file
	// Time is the reading's own, in Unix seconds, where the output carries
	// one; 0: the sample's. Local is as Sample's.
	Time  float64
	Local bool
}

// A Parser takes from samples the readings of one kind of output.
type Parser struct {
	Kind string // loadtest.Input's: "psql"
	What string // for messages: "psql's output"
	// Sniff reports whether lines of this kind of output are among the first
	// lines of a file.
	Sniff func(lines []string) bool
	// New begins a file: the function it returns is called for each sample in
	// turn, calls add for each reading, and marks the lines that it took with
	// Sample.Use. It may keep state between samples (a previous counter, the
	// header above).
	New func() func(s *Sample, add func(Reading))
}

// Use marks lines from up to, not including, to (indices of Lines) as
// understood.
func (s *Sample) Use(from, to int) {
	if s.used == nil {
		s.used = make([]bool, len(s.Lines))
	}
	for i := max(0, from); i < min(to, len(s.Lines)); i++ {
		s.used[i] = true
	}
}

// Used reports whether a parser took line i.
func (s *Sample) Used(i int) bool { return s.used != nil && s.used[i] }
