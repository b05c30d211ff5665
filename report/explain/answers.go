package explain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/render/text"
)

// expectations writes what the run answers to what was expected.
func (p page) expectations(a *analyze.Analysis) {
	p.w.WriteString("expectations: what the document expects and what the run answers\n\n")
	if len(a.Expectations) == 0 {
		p.w.WriteString("  The document states none\n")
	}
	for i, e := range a.Expectations {
		p.line(fmt.Sprint(i+1), e.Text+": "+word(e.Answer.String()))
		p.line("", e.Evidence)
		p.rests(e.Rests)
	}
}

// expectation writes one, by its number or its words, and what it rests on.
func (p page) expectation(a *analyze.Analysis, which string) error {
	var all []string
	for _, e := range a.Expectations {
		all = append(all, e.Text)
	}
	i, err := pick("expectation", which, all)
	if err != nil {
		return err
	}
	e := a.Expectations[i]
	p.title(figure{title: fmt.Sprintf("Expectation %d: %s", i+1, e.Text)})
	p.line("answer", word(e.Answer.String()))
	p.line("because", e.Evidence)
	p.beneath(a, e.Rests)
	return nil
}

// issues writes the issues of a severity; of all with "".
func (p page) issues(a *analyze.Analysis, severity string) {
	p.w.WriteString("issues: P0 a crash, an outage, a target missed twice over or no recovery; P1 a target missed, a bottleneck or a resource at its limit;\n" +
		"  P2 borderline figures, resources at three quarters of their capacity, suspicions and gaps in the data\n\n")
	none := true
	for i, x := range a.Issues {
		if severity != "" && x.Severity != severity {
			continue
		}
		none = false
		p.line(fmt.Sprintf("%d %s", i+1, x.Severity), issueText(x))
		p.rests(x.Rests)
	}
	if none {
		p.w.WriteString("  None found\n")
	}
}

// issue writes one, by its number, or those of a severity.
func (p page) issue(a *analyze.Analysis, which string) error {
	if s := strings.ToUpper(which); severity(s) != "" {
		p.issues(a, s)
		return nil
	}
	var all []string
	for _, x := range a.Issues {
		all = append(all, x.Title)
	}
	i, err := pick("issue", which, all)
	if err != nil {
		return err
	}
	x := a.Issues[i]
	p.title(figure{title: fmt.Sprintf("Issue %d", i+1)})
	p.line(x.Severity, issueText(x))
	p.beneath(a, x.Rests)
	return nil
}

func issueText(x analyze.Issue) string {
	if x.Evidence == "" {
		return x.Title
	}
	return x.Title + ": " + x.Evidence
}

// lessons writes what the run taught.
func (p page) lessons(a *analyze.Analysis) {
	p.w.WriteString("lessons: what was tested, what broke first, what limited it, what held, how it ended and what was not seen\n\n")
	if len(a.Lessons) == 0 {
		p.w.WriteString("  None\n")
	}
	for i, l := range a.Lessons {
		p.line(fmt.Sprint(i+1), l.Text)
		p.rests(l.Rests)
	}
}

// lesson writes one, by its number, and what it rests on.
func (p page) lesson(a *analyze.Analysis, which string) error {
	var all []string
	for _, l := range a.Lessons {
		all = append(all, l.Text)
	}
	i, err := pick("lesson", which, all)
	if err != nil {
		return err
	}
	p.title(figure{title: fmt.Sprintf("Lesson %d", i+1)})
	p.w.WriteString(text.Wrap("  ", "  ", a.Lessons[i].Text))
	p.beneath(a, a.Lessons[i].Rests)
	return nil
}

// pick finds one of several by its number from 1 on, or its words.
func pick(kind, which string, all []string) (int, error) {
	if n, err := strconv.Atoi(which); err == nil && n >= 1 && n <= len(all) {
		return n - 1, nil
	}
	for i, x := range all {
		if key(x) == key(which) {
			return i, nil
		}
	}
	switch len(all) {
	case 0:
		return 0, fmt.Errorf("the run has no %s %q: it has none", kind, which)
	case 1:
		return 0, fmt.Errorf("the run has no %s %q; it has one: %s 1", kind, which, kind)
	}
	return 0, fmt.Errorf("the run has no %s %q; it has %d: %s 1 to %s %d", kind, which, len(all), kind, kind, len(all))
}

// rests names what to ask for next.
func (p page) rests(on []string) {
	if len(on) > 0 {
		p.line("", "rests on "+strings.Join(on, ", "))
	}
}

// beneath writes the pages that an answer rests on.
func (p page) beneath(a *analyze.Analysis, on []string) {
	for _, name := range on {
		var below strings.Builder
		if err := Figure(&below, a, name); err == nil {
			p.w.WriteString("\nIt rests on " + text.Plain(name) + "\n\n" + below.String())
		}
	}
}

// word is a name of results.json as a word: "not measured".
func word(name string) string { return strings.ReplaceAll(name, "_", " ") }
