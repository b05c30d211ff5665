package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/peakload/peakload/"

// The rules of the house: what the packages under a folder must not import,
// except from some folders below it. Test files are free.
var importRules = []struct {
	in      string   // packages at or below this folder, "" for all
	except  []string // … but not at or below these
	without []string // import paths; with a slash at the end, all below too
	why     string
}{
	{in: "", except: []string{"cmd", "record"}, without: []string{"os", "os/exec", "os/signal", "math/rand"},
		why: "the world is handed in by cmd"},
	{in: "", except: []string{"cmd"}, without: []string{"github.com/spf13/pflag"}, why: "flags are cmd's"},
	{in: "record", without: []string{module + "analyze", module + "analyze/input/", module + "analyze/plan", module + "report/", module + "cmd/"},
		why: "a recorder writes down what it sees; what an answer means is handed in"},
	{in: "", except: []string{"record", "cmd"}, without: []string{"github.com/jackc/", "github.com/redis/", "github.com/shirou/"}, why: "live targets are record's"},
	{in: "", except: []string{"cmd", "record", "analyze/input/prometheus"}, without: []string{"net", "net/http", "crypto/rand"}, why: "nothing here talks to a network"},
	{in: "", except: []string{"analyze/input"}, without: []string{"github.com/gocarina/gocsv"}, why: "CSV is read by readers"},
	{in: "", except: []string{"report/form", "report/render/html"}, without: []string{"github.com/yuin/goldmark/"}, why: "Markdown is parsed in two places"},
	{in: "", except: []string{"report/render/html"}, without: []string{"github.com/go-echarts/"}, why: "charts are data everywhere else"},
	{in: "analyze/measure", without: []string{module}, why: "figures are at the bottom"},
	{in: "analyze/loadtest", without: []string{module}, why: "a run is plain data"},
	{in: "analyze/plan", without: []string{module + "analyze/input", module + "analyze/loadtest", module + "report/", module + "cmd/"}, why: "a plan is plain data and its grammar"},
	{in: "analyze/internal", without: []string{module}, why: "the mathematics knows floats only, the rules for error texts strings only"},
	{in: "analyze", except: []string{"analyze/input"}, without: []string{module + "analyze/input", module + "report/", module + "cmd/", module + "templates"}, why: "analysis reads no files and prints nothing"},
	{in: "analyze/input", without: []string{module + "analyze", module + "analyze/internal/stats", module + "report/", module + "cmd/", module + "analyze/plan"}, why: "readers give facts, not answers"},
	{in: "report", without: []string{module + "analyze/input", module + "analyze/internal/", module + "cmd/"}, why: "the report asks the analysis"},
	{in: "report/form", without: []string{module + "analyze/", module + "report/render/", module + "templates"}, why: "a form knows no load tests"},
}

func TestImportRules(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		if strings.Contains(string(src[:file.Package]), "//go:build ignore") {
			return nil // a tool that is run at build time
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(rel))
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			for _, why := range broken(dir, imported) {
				t.Errorf("%s imports %s: %s", filepath.ToSlash(rel), imported, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Errorf("only %d files looked at: the rules hold nothing", files)
	}
}

// broken returns the reasons of the rules that dir breaks by importing path.
func broken(dir, path string) (why []string) {
	for _, rule := range importRules {
		if !within(dir, rule.in) || withinAny(dir, rule.except) {
			continue
		}
		for _, bad := range rule.without {
			if reach(path, bad) {
				why = append(why, rule.why)
			}
		}
	}
	return why
}

// reach reports whether path is what bad names: itself, or with a trailing
// slash anything below it.
func reach(path, bad string) bool {
	if prefix, ok := strings.CutSuffix(bad, "/"); ok {
		return path == prefix || strings.HasPrefix(path, prefix+"/")
	}
	return path == bad
}

func within(dir, folder string) bool {
	return folder == "" || dir == folder || strings.HasPrefix(dir, folder+"/")
}

func withinAny(dir string, folders []string) bool {
	for _, f := range folders {
		if within(dir, f) {
			return true
		}
	}
	return false
}

func TestImportRulesBite(t *testing.T) {
	for _, c := range []struct {
		dir, imported string
		bad           bool
	}{
		{"analyze", "os", true},
		{"cmd/peakload", "os", false},
		{"analyze/input/locust", "github.com/gocarina/gocsv", false},
		{"report", "github.com/gocarina/gocsv", true},
		{"report/form", "github.com/yuin/goldmark", false},
		{"report/form", "github.com/yuin/goldmark/ast", false},
		{"report", "github.com/yuin/goldmark/ast", true},
		{"analyze/input/locust", module + "analyze", true},
		{"analyze/input/locust", module + "analyze/loadtest", false},
		{"analyze", module + "report/form", true},
		{"analyze/internal/stats", module + "analyze/measure", true},
		{"analyze/internal/errortext", module + "analyze/loadtest", true},
		{"analyze/input/applog", module + "analyze/internal/errortext", false},
		{"analyze/input/applog", module + "analyze/internal/stats", true},
		{"report/render/text", "math/rand/v2", false},
	} {
		if got := len(broken(c.dir, c.imported)) > 0; got != c.bad {
			t.Errorf("%s importing %s: broken = %v, want %v", c.dir, c.imported, got, c.bad)
		}
	}
}
