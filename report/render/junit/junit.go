// Package junit writes the verdicts of a run as JUnit XML, which CI servers
// show beside the results of tests.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/render/text"
)

// The elements that Jenkins, GitLab and GitHub's readers agree on
// (https://github.com/testmoapp/junitxml): no schema of them is normative.
type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
	Name       string      `xml:"name,attr"`
	Tests      int         `xml:"tests,attr"`
	Failures   int         `xml:"failures,attr"`
	Errors     int         `xml:"errors,attr"`
	Skipped    int         `xml:"skipped,attr"`
	Time       string      `xml:"time,attr,omitempty"`
	Timestamp  string      `xml:"timestamp,attr,omitempty"`
	Properties *properties `xml:"properties,omitempty"`
	Cases      []testcase  `xml:"testcase"`
}

type properties struct {
	List []property `xml:"property"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	File    string   `xml:"file,attr,omitempty"`
	Line    int      `xml:"line,attr,omitempty"`
	Failure *problem `xml:"failure,omitempty"`
	Error   *problem `xml:"error,omitempty"`
	Out     string   `xml:"system-out,omitempty"`
}

type problem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Write writes one case a target: a missed target is a failure and one that
// could not be measured an error, never skipped, so that no reader takes it
// for passed. A run without targets is one error. Borderline passes, as it
// does in the gate, and says so in its output.
func Write(w io.Writer, a *analyze.Analysis) error {
	s := suite{Name: "peakload " + text.Plain(a.Run.Label)}
	s.Name = strings.TrimSpace(s.Name)
	if d, ok := a.Run.Duration.Float(); ok {
		s.Time = fmt.Sprintf("%.3f", d)
	}
	if !a.Run.Start.IsZero() {
		s.Timestamp = a.Run.Start.UTC().Format("2006-01-02T15:04:05")
	}
	s.Properties = &properties{[]property{{"verdict", text.VerdictText(a)}}}
	seen := map[string]int{}
	for _, r := range a.Targets {
		row := text.RowOf(r)
		c := testcase{Class: "peakload." + row.Where, Name: row.Name + " " + row.Limit, File: r.Target.Pos.File, Line: r.Target.Pos.Line}
		// Readers tell cases apart by class and name alone.
		key := c.Class + "\x00" + c.Name
		if seen[key]++; seen[key] > 1 {
			c.Name += fmt.Sprintf(" (%d)", seen[key])
		}
		detail := fmt.Sprintf("%s (%s)\nlimit:  %s\nactual: %s\nstatus: %s\n", row.Name, row.Where, row.Limit, row.Actual, row.Word)
		why := text.Plain(r.Why)
		if why == "" {
			why = row.Name + " " + row.Actual + ", target " + row.Limit
		}
		switch r.Status {
		case analyze.Fail:
			c.Failure = &problem{"missed", why, detail}
			s.Failures++
		case analyze.NotMeasured:
			c.Error = &problem{"not measured", why, detail}
			s.Errors++
		case analyze.Borderline:
			c.Out = detail + "The target lies inside the figure's own limits: " + why + "\n"
		default:
			c.Out = detail
		}
		s.Cases = append(s.Cases, c)
	}
	if len(a.Targets) == 0 {
		s.Errors++
		s.Cases = []testcase{{Class: "peakload", Name: "targets", Error: &problem{"no target", "there is no target to judge by", "State targets in the document, in peakload.yaml or with --target.\n"}}}
	}
	s.Tests = len(s.Cases)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(suites{Name: "peakload", Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Suites: []suite{s}}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
