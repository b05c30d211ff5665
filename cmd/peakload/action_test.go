package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// An action is the part of action.yml that is run here.
type action struct {
	Inputs map[string]struct{ Description string }
	Runs   struct {
		Using string
		Steps []struct {
			ID  string
			Run string
			Env map[string]string
		}
	}
}

// TestAction runs the check step of the composite action in bash, as a runner
// would with the inputs in its environment.
func TestAction(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(src, &a); err != nil {
		t.Fatal(err)
	}
	if a.Runs.Using != "composite" {
		t.Errorf("runs using %q", a.Runs.Using)
	}
	script, env := "", map[string]string{}
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("step %s: an expression inside a script is code that an input may write", s.ID)
		}
		if s.ID == "check" {
			script, env = s.Run, s.Env
		}
	}
	expression := regexp.MustCompile(`^\$\{\{ inputs\.([a-z]+) \}\}$`)
	for name, value := range env {
		if m := expression.FindStringSubmatch(value); m != nil {
			if _, ok := a.Inputs[m[1]]; !ok {
				t.Errorf("%s is made of %q, which is no input", name, m[1])
			}
		}
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("bash is needed: apt-get install bash")
	}
	runs, err := filepath.Abs(filepath.Join("..", "..", "testdata", "runs"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "peakload")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	run := func(inputs map[string]string) (status int, dirOut string) {
		work := t.TempDir()
		cmd := exec.Command(bash, "-e", "-o", "pipefail", "-c", script)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "PEAKLOAD="+program, "GITHUB_OUTPUT="+filepath.Join(work, "output"),
			"GITHUB_STEP_SUMMARY="+filepath.Join(work, "summary"), "GITHUB_WORKSPACE="+work, "RUNNER_TEMP="+work)
		for name := range env {
			if name != "PEAKLOAD" {
				cmd.Env = append(cmd.Env, name+"="+inputs[name])
			}
		}
		out, err := cmd.CombinedOutput()
		if exit, ok := err.(*exec.ExitError); ok {
			status = exit.ExitCode()
		} else if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		told, err := os.ReadFile(filepath.Join(work, "output"))
		if err != nil || strings.TrimSpace(string(told)) != "status="+string(rune('0'+status)) {
			t.Errorf("the output says %q, the status is %d: %s", told, status, out)
		}
		return status, work
	}
	status, work := run(map[string]string{
		"RESULTS": filepath.Join(runs, "pool"), "TARGETS": "p95 < 500ms\n\nerrors < 90%\n", "BASELINE": filepath.Join(runs, "sustained"),
		"HTML": "report.html", "JSON": "results.json", "JUNIT": "junit.xml", "COMMENT": "comment.md", "ARGUMENTS": "--count-429\nseparate",
	})
	if status != exitMissed {
		t.Errorf("a missed target ends with %d", status)
	}
	for _, name := range []string{"report.html", "results.json", "junit.xml", "comment.md", "summary"} {
		if info, err := os.Stat(filepath.Join(work, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s was not written: %v", name, err)
		}
	}
	if status, _ := run(map[string]string{"RESULTS": filepath.Join(runs, "sustained"), "TARGETS": "p95 < 1s"}); status != exitPass {
		t.Errorf("a met target ends with %d", status)
	}
	if status, _ := run(map[string]string{"RESULTS": filepath.Join(runs, "$(touch pwned)")}); status != exitTrouble {
		t.Errorf("a run that is not there ends with %d", status)
	}
}
