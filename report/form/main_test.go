package form

import (
	"flag"
	"os"
	"testing"
)

// Properties are tested on the same random documents every time: a test that
// fails on one run in a thousand tells nobody what broke. FuzzFill looks for
// new ones, and so does -rapid.seed.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.seed"); f != nil && f.Value.String() == "0" {
		f.Value.Set("20261123")
	}
	os.Exit(m.Run())
}
