package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// Every flag is in its verb's help, and the help names no flag that there is
// not.
func TestHelpNamesEveryFlag(t *testing.T) {
	inHelp := regexp.MustCompile(`(?m)^ {2}(?:-\w, | {4})--([a-z0-9-]+)`)
	for _, v := range verbs() {
		fs := flagSet(v.name)
		v.declare(fs)
		declared := map[string]bool{}
		fs.VisitAll(func(f *pflag.Flag) {
			declared[f.Name] = true
			if what := flagHelp(v.help, f.Name); what == "" {
				t.Errorf("%s: the help does not describe --%s", v.name, f.Name)
			}
			if f.Shorthand != "" && !strings.Contains(v.help, "-"+f.Shorthand+", --"+f.Name) {
				t.Errorf("%s: the help does not name -%s for --%s", v.name, f.Shorthand, f.Name)
			}
		})
		for _, m := range inHelp.FindAllStringSubmatch(v.help, -1) {
			if !declared[m[1]] {
				t.Errorf("%s: the help names --%s, which is no flag", v.name, m[1])
			}
		}
		if summaryOf(v.help) == "" {
			t.Errorf("%s: the help has no first sentence", v.name)
		}
		for i, line := range strings.Split(v.help, "\n") {
			if len([]rune(line)) > 80 {
				t.Errorf("%s: line %d of the help is wider than 80 columns: %q", v.name, i+1, line)
			}
		}
	}
}

// The scripts are valid to the shells that are there to ask, and name every
// verb and flag.
func TestCompletionScripts(t *testing.T) {
	for _, sh := range shells {
		var b bytes.Buffer
		sh.write(&b, completions())
		for _, v := range completions() {
			for _, f := range v.flags {
				if !strings.Contains(b.String(), f.name) {
					t.Errorf("%s: --%s of %s is missing", sh.name, f.name, v.verb)
				}
			}
		}
		shell, err := exec.LookPath(sh.name)
		if err != nil {
			continue // the text was checked
		}
		cmd := exec.Command(shell, "-n")
		cmd.Stdin = &b
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s -n: %v: %s", sh.name, err, out)
		}
	}
}

// bash completes what the script offers.
func TestBashCompletes(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("bash is needed: apt-get install bash")
	}
	var b bytes.Buffer
	bashCompletion(&b, completions())
	for _, c := range []struct{ words, want string }{
		{"peakload che", "check"},
		{"peakload report --ht", "--html"},
		{"peakload check --count-429 sep", "separate"},
		{"peakload completion f", "fish"},
		{"peakload help exp", "explain"},
	} {
		script := b.String() + "\nCOMP_WORDS=(" + c.words + "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _peakload; echo \"${COMPREPLY[@]}\"\n"
		out, err := exec.Command(shell, "-c", script).CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != c.want {
			t.Errorf("%s completes to %q (%v), want %s", c.words, out, err, c.want)
		}
	}
}

func TestManPage(t *testing.T) {
	var b bytes.Buffer
	if err := man(&b); err != nil {
		t.Fatal(err)
	}
	for _, v := range verbs() {
		if !strings.Contains(b.String(), ".SH PEAKLOAD "+strings.ToUpper(v.name)) {
			t.Errorf("%s has no section", v.name)
		}
	}
	for i, line := range strings.Split(b.String(), "\n") {
		if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && !regexp.MustCompile(`^\.(TH|SH|SS|nf|fi)\b`).MatchString(line) {
			t.Errorf("line %d is taken for a command: %q", i+1, line)
		}
	}
	if groff, err := exec.LookPath("groff"); err == nil {
		cmd := exec.Command(groff, "-K", "utf8", "-man", "-Tutf8", "-ww")
		cmd.Stdin = &b
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil || stderr.Len() > 0 {
			t.Errorf("groff: %v: %s", err, stderr.String())
		}
	}
}

func TestDidYouMean(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"reprot"}, "did you mean report?"},
		{[]string{"check", "x", "--basline", "y"}, "did you mean --baseline?"},
		{[]string{"help", "explian"}, "did you mean explain?"},
	} {
		var out, errs bytes.Buffer
		if status := run(c.args, streams{&out, &errs}); status != exitTrouble || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%v: status %d, %q, want %q", c.args, status, errs.String(), c.want)
		}
	}
}
