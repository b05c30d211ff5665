// Peakload turns a load test into a document a team can trust: it reads the
// plan from a Markdown results document, reads what Locust recorded, fills in
// the document's blanks, and is the pass/fail gate in CI.
//
// Usage:
//
//	peakload report RESULTS    analyse a run and fill in the document
//	peakload check RESULTS     judge a run against its targets
//	peakload explain FIGURE RESULTS
//	peakload init              write a document to start from
//
// "peakload help VERB" says more about each.
package main

import (
	"io"
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], streams{os.Stdout, os.Stderr}))
}

// streams are where a verb writes: results to out, remarks to err.
type streams struct{ out, err io.Writer }
