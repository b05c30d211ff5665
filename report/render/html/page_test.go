package html

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report/chart"
	"github.com/peakload/peakload/report/chart/charttest"
)

// filled is a document of ours, filled in by hand, with hostile text in it.
func filled(t *testing.T) []byte {
	t.Helper()
	md, err := os.ReadFile("testdata/filled.md")
	if err != nil {
		t.Fatal(err)
	}
	return md
}

// render is pageWith, twice: the same inputs give the same bytes.
func render(t *testing.T, md []byte, a *analyze.Analysis, library []byte) []byte {
	t.Helper()
	first, err := pageWith(md, nil, a, library)
	if err != nil {
		t.Fatal(err)
	}
	second, err := pageWith(md, nil, a, library)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("two renderings differ")
	}
	return first
}

var update = flag.Bool("update", false, "write the golden files anew")

func TestOptionsGolden(t *testing.T) {
	for _, c := range chart.Charts(charttest.Overloaded()) {
		for i, s := range c.Series {
			c.Series[i].Points = chart.Downsample(s.Points, 40)
		}
		b, err := options(c)
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.IndexAny(b, "<>&\u2028\u2029"); i >= 0 {
			t.Errorf("%s: %q may end the script element that it stands in", c.Name, b[i:min(i+40, len(b))])
		}
		var got bytes.Buffer
		if err := json.Indent(&got, b, "", " "); err != nil {
			t.Fatal(err)
		}
		got.WriteByte('\n')
		file := filepath.Join("testdata", c.Name+".json")
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got.String()); d != "" {
			t.Errorf("%s (-update writes it anew):\n%s", file, d)
		}
	}
}

// body is the document's HTML with [name] in place of each chart.
func body(t *testing.T, md string, a *analyze.Analysis) document {
	t.Helper()
	d, err := convert([]byte(md), nil, newLedger(), chart.Charts(a), func(c chart.Chart) ([]byte, error) {
		return []byte("[" + c.Name + "]\n"), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestChartsArePlaced(t *testing.T) {
	const perf = "| Metric | Target | Actual | Status |\n|--|--|--|--|\n| P95 | < 1 s | x | y |\n"
	for _, c := range []struct{ name, md, want string }{
		{"the seed's headings", "# T\n## Results Summary\n### Performance Metrics\n\na\n\n### System Behavior Under Load\n\nb\n## Failure Scenarios\n### Timeout Errors\nc\n## Breaking Point Analysis\n### Bottlenecks Identified\nd\n## Graceful Degradation\n### System Behavior\ne\n### Degradation Mechanisms\nf\n",
			"Results Summary|Performance Metrics|[latency]|System Behavior Under Load|[load]|Failure Scenarios|[errors]|Timeout Errors|Breaking Point Analysis|[capacity]|Bottlenecks Identified|[endpoints]|Graceful Degradation|System Behavior|Degradation Mechanisms"},
		{"decorated headings", "## 📊 3. *Performance* metrics\n\na\n", "📊 3. <em>Performance</em> metrics|[latency]|Charts|[load]|[errors]|[capacity]|[endpoints]"},
		{"a renamed heading, known by its table", "## Wie schnell\n\n" + perf + "\n## Other\n", "Wie schnell|[latency]|Other|Charts|[load]|[errors]|[capacity]|[endpoints]"},
		{"no heading", "Just prose.\n", "Charts|[latency]|[load]|[errors]|[capacity]|[endpoints]"},
		{"an empty document", "", "Charts|[latency]|[load]|[errors]|[capacity]|[endpoints]"},
		{"footnotes stay last", "Prose.[^a]\n\n[^a]: note\n", "Charts|[latency]|[load]|[errors]|[capacity]|[endpoints]|footnotes"},
	} {
		html := string(body(t, c.md, charttest.Overloaded()).Body)
		var got []string
		for _, m := range regexp.MustCompile(`<h[2-6][^>]*>(.*?)</h|(\[[a-z]+\])|class="(footnotes)"`).FindAllStringSubmatch(html, -1) {
			got = append(got, m[1]+m[2]+m[3])
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}

func TestDocument(t *testing.T) {
	for _, c := range []struct{ name, md, want string }{
		{"fields keep their lines", "**Date**: a\n**Users**: b\nc\n", "<p><strong>Date</strong>: a<br>\n<strong>Users</strong>: b\nc</p>\n"},
		{"comments vanish", "a <!-- x --> b\n\n<!--\nblock\n-->\n\nc\n", "<p>a  b</p>\n<p>c</p>\n"},
		{"raw HTML is text", "a <img src=x onerror=alert(1)> <br> b\n", "<p>a &lt;img src=x onerror=alert(1)&gt; <br> b</p>\n"},
		{"raw blocks are text", "<script>\nalert(1)\n</script>\n", "<pre class=\"raw\">&lt;script&gt;\nalert(1)\n&lt;/script&gt;</pre>\n"},
		{"a comment does not hide what follows it", "<div><!-- a --><b>c</b>\n", "<pre class=\"raw\">&lt;div&gt;&lt;b&gt;c&lt;/b&gt;</pre>\n"},
		{"script URLs are emptied", "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) ![c](data:text/html,x)\n", "<p><a href=\"\">a</a> <a href=\"\">b</a> <img src=\"\" alt=\"c\"></p>\n"},
		{"a status with its word", "- a: ✅ Pass\n", "<ul>\n<li>a: <svg class=\"icon pass\" aria-hidden=\"true\"><use href=\"#icon.pass\"/></svg>Pass</li>\n</ul>\n"},
		{"an answer is neither good nor bad", "- a: ❌ No — b\n", "<ul>\n<li>a: <svg class=\"icon no\" aria-hidden=\"true\"><use href=\"#icon.no\"/></svg>No — b</li>\n</ul>\n"},
		{"a status alone", "⏳\n", "<p><svg class=\"icon pending\" role=\"img\" aria-label=\"pending\"><use href=\"#icon.pending\"/></svg></p>\n"},
		{"a status in code is left alone", "`✅ a`\n", "<p><code>✅ a</code></p>\n"},
		{"cells", "| a |\n|---|\n| ⚠️ Borderline |\n", "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead>\n<tr>\n<th class=\"short\">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td class=\"short is-warn\"><svg class=\"icon warn\" aria-hidden=\"true\"><use href=\"#icon.warn\"/></svg>Borderline</td>\n</tr>\n</tbody>\n</table></div>\n"},
	} {
		if got := string(body(t, c.md, charttest.Empty()).Body); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestContents(t *testing.T) {
	d := body(t, "# The *title* & more\n\n## One <b>\n### Two [^1]\n#### Four\n# Another\n\n[^1]: x\n", charttest.Empty())
	if d.Title != "The title & more" {
		t.Errorf("title %q", d.Title)
	}
	want := []entry{{2, "one-b", "One"}, {3, "two-1", "Two"}, {2, "another", "Another"}}
	if diff := cmp.Diff(want, d.Contents); diff != "" {
		t.Error(diff)
	}
}

// Without the chart library nothing is missing but the interaction.
func TestPageWithoutLibrary(t *testing.T) {
	html := string(render(t, filled(t), charttest.Healthy(), nil))
	if n := strings.Count(html, `<figure class="chart"`); n != 6 {
		t.Errorf("%d charts", n)
	}
	if n := strings.Count(html, `class="plot"`); n != 12 {
		t.Errorf("%d drawings, want a wide and a narrow one of each chart", n)
	}
	if strings.Contains(html, "class=\"live\"") || strings.Contains(html, "echarts") {
		t.Error("there is an interactive chart")
	}
}

// The policy names the scripts by their hashes; nothing else may run.
func TestPolicy(t *testing.T) {
	html := render(t, filled(t), charttest.Overloaded(), []byte("var echarts;"))
	scripts := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllSubmatch(html, -1)
	if len(scripts) != 4 {
		t.Fatalf("%d scripts", len(scripts))
	}
	for _, s := range scripts {
		sum := sha256.Sum256(s[1])
		hash := strings.ReplaceAll(base64.StdEncoding.EncodeToString(sum[:]), "+", "&#43;")
		if !bytes.Contains(html, []byte("&#39;sha256-"+hash+"&#39;")) {
			t.Errorf("the policy lacks the hash of %.40q", s[1])
		}
	}
	if bytes.Contains(html, []byte("script-src 'unsafe")) || !bytes.Contains(html, []byte("default-src &#39;none&#39;")) {
		t.Error("the policy lets other scripts run")
	}
}

// No text of the run or the document becomes markup, wherever it stands.
func TestHostileText(t *testing.T) {
	a := charttest.Overloaded()
	for i, h := range charttest.Hostile {
		a.Phases[i%len(a.Phases)].Name = h
		a.Targets[i%len(a.Targets)].Target.Name, a.Targets[i%len(a.Targets)].Why, a.Targets[i%len(a.Targets)].Target.Endpoint = h, h, h
		a.Run.Label, a.Run.Host, a.Run.Inputs[0].File, a.Timeline.PercentileSource = h, h, h, h
		a.Bands[0].Label = h
		a.Quality[0] = loadtest.Note{Code: h, Message: h, Source: h}
		a.Baseline = &analyze.Comparison{Label: h, Current: h, Notes: []string{h}, Rows: []analyze.ComparisonRow{{Metric: h, Relative: measure.Of(1, measure.Ratio, measure.Source{File: h, Column: h, Formula: h})}}}
		md := "# " + h + "\n\n## " + h + "\n\n| " + h + " |\n|---|\n| " + h + " |\n\n" + h + "\n"
		html := render(t, []byte(md), a, []byte("var echarts;"))
		for _, bad := range []string{"<img src=x", "<svg onload", "<b>bold", "\x1b", "\u2028", "</script><img"} {
			if bytes.Contains(html, []byte(bad)) {
				t.Errorf("%q: the page holds %q", h, bad)
			}
		}
	}
}

func TestVerdictWords(t *testing.T) {
	result := func(statuses ...analyze.Status) *analyze.Analysis {
		a := charttest.Empty()
		for _, s := range statuses {
			a.Targets = append(a.Targets, analyze.TargetResult{Status: s})
		}
		return a
	}
	const none, pass, fail, close = analyze.NotMeasured, analyze.Pass, analyze.Fail, analyze.Borderline
	for want, a := range map[string]*analyze.Analysis{
		"there was no target to judge by":                            result(),
		"all 1 target met":                                           result(pass),
		"all 2 targets met":                                          result(pass, pass),
		"1 of 3 targets missed, 1 not measured":                      result(fail, pass, none),
		"1 of 2 targets met, none missed, 1 too close to call":       result(pass, close),
		"0 of 1 target met, none missed, 1 not measured":             result(none),
		"2 of 4 targets missed, 1 too close to call, 1 not measured": result(fail, fail, close, none),
	} {
		if got := judge(a).Summary; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
