package html

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	devtools "github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/analyze/measure"
	"github.com/peakload/peakload/report"
	"github.com/peakload/peakload/report/chart/charttest"
	"github.com/peakload/peakload/report/form"
	"github.com/peakload/peakload/templates"
)

// tracedPage is the page of the built-in document, filled from an analysis.
func tracedPage(t testing.TB, a *analyze.Analysis, js []byte) []byte {
	t.Helper()
	doc, err := form.Parse("results.md", templates.Results)
	if err != nil {
		t.Fatal(err)
	}
	traced, traces, err := report.Traced(doc, a)
	if err != nil {
		t.Fatal(err)
	}
	page, err := pageWith(traced, traces, a, js)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// many is an overloaded run with n endpoints, the hostile ones among them, each
// with a course of its own.
func many(n int) *analyze.Analysis {
	a := charttest.Overloaded()
	first := a.Endpoints[0]
	for i := len(a.Endpoints); i < n; i++ {
		e := first
		e.Method, e.Name = "GET", fmt.Sprintf("/v1/items/%d", i)
		ms := 1 + float64((i*7919)%n)
		e.Peak.P95 = measure.Of(ms/1000, measure.Seconds, measure.Source{File: "peak_load_results_stats_history.csv", Lines: fmt.Sprintf("%d,%d", i, i+n), Column: "95%", Formula: "window"})
		a.Endpoints = append(a.Endpoints, e)
	}
	for i := range a.Endpoints {
		c := &a.Endpoints[i].Course
		for s := range 36 {
			c.Time, c.Mean = append(c.Time, float64(5*s)), append(c.Mean, float64(1+(s*(i+3))%17)/100)
		}
	}
	return a
}

// do performs input in the page.
func do(t *testing.T, b *browser, acts ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for _, act := range acts {
		if err := chromedp.Do(b.ctx, act); err != nil {
			t.Fatal(err)
		}
	}
}

// until waits for an expression to hold.
func until(t *testing.T, b *browser, expression string) {
	t.Helper()
	for range 150 {
		if eval[bool](t, b, expression) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it does not come to hold: %s", expression)
}

// calm says that nothing went wrong and nothing but the page was asked for.
func calm(t *testing.T, b *browser) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.trouble) > 0 {
		t.Errorf("trouble: %q", b.trouble)
	}
	if len(b.requests) != 1 {
		t.Errorf("requests: %q", b.requests)
	}
}

const (
	tipShown = `!document.getElementById('pl.tip').hidden`
	tipText  = `document.getElementById('pl.tip').textContent`
)

// The sign behind a sentence takes no room but a space, so that it begins no
// line of its own.
func TestSignBehindSentence(t *testing.T) {
	a := charttest.Overloaded()
	a.Diagnosis.Findings = []analyze.Finding{{Kind: "connection_pool", Title: "Connection pool", Component: "connection pool", Symptom: "10 of 10 connections in use; 170 requests waiting for one", Impact: "slow", Recommendation: "enlarge it", Score: .9, Evidence: []analyze.Evidence{{Text: "connections in use"}}}}
	b := newBrowser(t)
	b.open(t, tracedPage(t, a, nil), 1280, "light", "")
	more := eval[float64](t, b, `(() => {
		const s = [...document.querySelectorAll('.fig.why')].find(s => s.offsetHeight), p = s.parentNode
		p.style.cssText = 'display:inline-block;white-space:nowrap;width:max-content'
		const wide = p.getBoundingClientRect().width
		s.style.display = 'none'
		return wide - p.getBoundingClientRect().width
	})()`)
	if more > 8 {
		t.Errorf("the sign takes %.1f pixels of the line", more)
	}
}

// Every figure of the document says where it comes from: to the keyboard, the
// mouse and the finger.
func TestFigureSources(t *testing.T) {
	b := newBrowser(t)
	b.open(t, tracedPage(t, charttest.Overloaded(), library(t)), 1280, "light", "")

	if n := eval[int](t, b, `document.querySelectorAll('main .fig').length`); n < 60 {
		t.Fatalf("%d figures in the document", n)
	}
	t.Run("keyboard", func(t *testing.T) {
		// From the row's box on, the next stop is the table's first figure.
		eval[int](t, b, `document.querySelector('.verdict .scroll').focus(), 1`)
		do(t, b, chromedp.KeyEvent(kb.Tab))
		until(t, b, tipShown)
		text := eval[string](t, b, tipText)
		for _, want := range []string{"1,0", "Limits", "Method", "From", "peak_load_results_stats_history.csv"} {
			if !strings.Contains(text, want) {
				t.Errorf("the source of the first target lacks %q: %s", want, text)
			}
		}
		if d := eval[string](t, b, `document.activeElement.getAttribute('aria-describedby') + ' ' + document.activeElement.getAttribute('role')`); d != "pl.tip button" {
			t.Errorf("the figure is described by %s", d)
		}
		do(t, b, chromedp.KeyEvent(kb.Escape))
		until(t, b, "!("+tipShown+")")
		if eval[bool](t, b, `document.activeElement.hasAttribute('aria-describedby') || !document.activeElement.matches('.fig')`) {
			t.Error("Escape loses the place, or leaves the description")
		}
		do(t, b, chromedp.KeyEvent(kb.Enter))
		until(t, b, tipShown)
		first := eval[string](t, b, tipText)
		do(t, b, chromedp.KeyEvent(kb.ArrowDown))
		until(t, b, tipShown+` && `+tipText+` !== `+quoted(first))
		if row := eval[int](t, b, `document.activeElement.closest('tr').rowIndex`); row != 2 {
			t.Errorf("the arrow leads to row %d", row)
		}
		// The table is one stop.
		do(t, b, chromedp.KeyEvent(kb.Tab))
		if eval[bool](t, b, `Boolean(document.activeElement.closest('.targets'))`) {
			t.Error("Tab stays in the table")
		}
	})
	t.Run("mouse", func(t *testing.T) {
		at := eval[[]float64](t, b, `(() => { const f = document.querySelector('main table .fig'); f.scrollIntoView({block: 'center', behavior: 'instant'}); const r = f.getBoundingClientRect(); return [r.x + 5, r.y + 5]; })()`)
		do(t, b, chromedp.MouseEvent(devtools.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
		until(t, b, tipShown)
		do(t, b, chromedp.MouseEvent(devtools.DispatchMouseEventTypeMouseMoved, 5, 5))
		until(t, b, "!("+tipShown+")")
	})
	t.Run("missing", func(t *testing.T) {
		text := eval[string](t, b, `(() => { const f = [...document.querySelectorAll('main .fig')].find((f) => f.textContent === 'not measured'); f.click(); return `+tipText+`; })()`)
		if !strings.Contains(text, "Not measured") || len(text) < 40 {
			t.Errorf("a missing figure says %q", text)
		}
	})
	calm(t, b)

	t.Run("finger", func(t *testing.T) {
		b.open(t, tracedPage(t, charttest.Overloaded(), library(t)), 390, "light", "")
		at := eval[[]float64](t, b, `(() => { const f = document.querySelector('.targets .fig'); const r = f.getBoundingClientRect(); return [r.x + 5, r.y + 5]; })()`)
		do(t, b, chromedp.TapXY(at[0], at[1]))
		until(t, b, tipShown)
		do(t, b, chromedp.TapXY(30, 20))
		until(t, b, "!("+tipShown+")")
		// Wherever the figure is, what it says lies in the window.
		out := eval[[]string](t, b, `(() => {
			for (const d of document.querySelectorAll('details')) d.open = true;
			const out = [];
			for (const f of document.querySelectorAll('.fig')) {
				f.scrollIntoView({block: 'center', behavior: 'instant'});
				f.click();
				const r = document.getElementById('pl.tip').getBoundingClientRect();
				if (!r.width || r.left < 0 || r.right > innerWidth || r.top < 0 || r.bottom > innerHeight) out.push(f.textContent + ' ' + JSON.stringify(r));
			}
			return out;
		})()`)
		if len(out) > 0 {
			t.Errorf("%d are outside of the window: %.500q", len(out), out)
		}
		if w := eval[int](t, b, `document.documentElement.scrollWidth`); w > 390 {
			t.Errorf("the page is %d wide", w)
		}
		calm(t, b)
	})
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// Sources of figures are text, too.
func TestHostileSources(t *testing.T) {
	a := charttest.Overloaded()
	h := charttest.Hostile[0]
	a.Targets[0].Actual = measure.Of(1, measure.Seconds, measure.Source{File: h, Lines: "1", Column: h, Formula: h})
	b := newBrowser(t)
	b.open(t, tracedPage(t, a, nil), 1280, "light", "")
	text := eval[string](t, b, `(document.querySelector('.targets .fig').click(), `+tipText+`)`)
	if strings.Count(text, "<img src=x onerror=alert(1)>") < 3 {
		t.Errorf("the source is not shown as text: %s", text)
	}
	if n := eval[int](t, b, `document.images.length`); n != 0 {
		t.Errorf("%d images were injected", n)
	}
	calm(t, b)
}

// The table of endpoints has all of them, sorts by every column and filters.
func TestEndpointTable(t *testing.T) {
	b := newBrowser(t)
	js := library(t)
	for _, n := range []int{500, 5000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			page := tracedPage(t, many(n), js)
			t.Logf("%d endpoints: %d bytes", n, len(page))
			b.open(t, page, 1280, "light", "")
			const rows = `[...document.querySelectorAll('.endpoints tbody tr')]`
			const status = `document.querySelector('.endpoints [role=status]').textContent`
			all := strings.TrimSpace(eval[string](t, b, status))
			if want := fmt.Sprintf("%s of %[1]s endpoints", grouped(n)); all != want {
				t.Errorf("%q, want %q", all, want)
			}
			if shown := eval[int](t, b, rows+`.length`); shown != 100 {
				t.Errorf("%d rows are laid out", shown)
			}
			eval[int](t, b, `document.querySelector('.endpoints .more button').click(), 1`)
			if shown := eval[int](t, b, rows+`.length`); shown != 500 {
				t.Errorf("%d rows are laid out after asking for more", shown)
			}
			// Every column, both ways; what is missing comes last.
			for column := range eval[int](t, b, `document.querySelectorAll('.endpoints th[scope=col]').length`) {
				for range 2 {
					got := eval[string](t, b, fmt.Sprintf(`(() => {
						const h = document.querySelectorAll('.endpoints th[scope=col]')[%d];
						h.querySelector('button').click();
						const down = h.getAttribute('aria-sort') === 'descending';
						if (document.querySelectorAll('.endpoints th[aria-sort]').length !== 1) return 'more than one column says that it is sorted';
						const keys = %s.map((r) => r.cells[%[1]d]).map((c) => %[1]d ? Number(c.dataset.v ?? NaN) : c.textContent.trim());
						const cmp = new Intl.Collator('en', {numeric: true}).compare;
						for (let i = 1; i < keys.length; i++) {
							const [x, y] = down ? [keys[i], keys[i - 1]] : [keys[i - 1], keys[i]];
							if (%[1]d ? x > y || isNaN(keys[i - 1]) && !isNaN(keys[i]) : cmp(x, y) > 0) return h.textContent + ' ' + h.getAttribute('aria-sort') + ': ' + keys[i - 1] + ' before ' + keys[i];
						}
						return '';
					})()`, column, rows))
					if got != "" {
						t.Error(got)
					}
				}
			}
			// By keyboard, and with names that would be code elsewhere.
			filter := func(text string) {
				eval[int](t, b, `(() => { const i = document.querySelector('.endpoints input'); i.value = ''; i.focus(); return 1; })()`)
				do(t, b, chromedp.KeyEvent(text))
				until(t, b, `document.querySelector('.endpoints input').value === `+quoted(text))
			}
			for _, c := range []struct{ text, want string }{
				{"ITEMS/49", ""}, {"<img src=x", "1"}, {"$&\\1.*[", "0"}, {"__f__alert(1)//", "1"},
			} {
				filter(c.text)
				if c.want != "" {
					until(t, b, status+`.startsWith(`+quoted(c.want+" of ")+`)`)
				} else {
					until(t, b, rows+`.length > 0 && `+rows+`.every((r) => r.cells[0].textContent.toLowerCase().includes(`+quoted(strings.ToLower(c.text))+`))`)
				}
			}
			filter("items/499")
			until(t, b, rows+`.length > 0 && `+rows+`.length < 100`)
			text := eval[string](t, b, `(() => { const f = document.querySelector('.endpoints td .fig'); if (!f) return ''; f.click(); return `+tipText+`; })()`)
			if n == 500 && !strings.Contains(text, "peak_load_results_stats_history.csv") {
				t.Errorf("a figure of the table says %q", text)
			}
			if n := eval[int](t, b, `document.querySelectorAll('.endpoints .course path').length`); n == 0 {
				t.Error("no lines over time")
			}
			if n := eval[int](t, b, `document.images.length`); n != 0 {
				t.Errorf("%d images were injected", n)
			}
			calm(t, b)
		})
	}
}

func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// Without a script all endpoints and all sources can be read.
func TestPageWithoutScript(t *testing.T) {
	page := string(tracedPage(t, many(500), nil))
	if n := strings.Count(page, `<tr><th scope="row">`); n < 500 {
		t.Errorf("%d rows", n)
	}
	if n := strings.Count(page, "peak_load_results_stats_history.csv, lines"); n < 20 {
		t.Errorf("%d sources", n)
	}
}

// On paper everything fits, and nothing is left that needs a hand.
func TestPrint(t *testing.T) {
	b := newBrowser(t)
	b.open(t, tracedPage(t, many(150), library(t)), 720, "dark", "print")
	if w := eval[int](t, b, `document.documentElement.scrollWidth`); w > 720 {
		t.Errorf("the page is %d wide on paper", w)
	}
	if n := eval[int](t, b, `[...document.querySelectorAll('.filter, .hint, .tip, .more button, .fig.why, .contents, .live')].filter((e) => e.offsetHeight > 0).length`); n != 0 {
		t.Errorf("%d elements that nobody can use on paper are printed", n)
	}
}

// axe finds nothing serious, in light and dark, on a desk and on a phone.
func TestAccessibility(t *testing.T) {
	axe, err := os.ReadFile("../../../web/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("no axe-core: cd web && npm ci --ignore-scripts")
	}
	b := newBrowser(t)
	page := tracedPage(t, many(30), library(t))
	for _, c := range []struct {
		scheme string
		width  int64
	}{{"light", 1280}, {"dark", 1280}, {"light", 390}, {"dark", 390}} {
		t.Run(fmt.Sprint(c.scheme, c.width), func(t *testing.T) {
			b.open(t, page, c.width, c.scheme, "")
			eval[int](t, b, string(axe)+`; for (const d of document.querySelectorAll('details')) d.open = true; document.querySelector('.fig').click(); 1`)
			found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations
				.filter((v) => v.impact === 'serious' || v.impact === 'critical')
				.map((v) => v.impact + ' ' + v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message || '')).join(' | ')))`, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				t.Error(f)
			}
			calm(t, b)
		})
	}
}

// The trend is drawn over named runs, and their names are text.
func TestTrendInBrowser(t *testing.T) {
	js := library(t)
	if len(js) == 0 {
		t.Log("no npm and so no chart library")
		return
	}
	a := charttest.Overloaded()
	a.Trend = &analyze.Trend{}
	for i := range 12 {
		a.Trend.Points = append(a.Trend.Points, analyze.TrendPoint{Label: charttest.Hostile[0], Start: time.Date(2026, 3, 1+i, 0, 0, 0, 0, time.UTC),
			Figures: map[string]measure.Value{"latency_p95": measure.Of(float64(1+i)/10, measure.Seconds)}})
	}
	b := newBrowser(t)
	b.open(t, tracedPage(t, a, js), 1280, "light", "")
	got := eval[string](t, b, `(() => {
		const stage = document.querySelector('#pl\\.trend .live');
		const chart = echarts.getInstanceByDom(stage), label = chart.getOption().xAxis[0].axisLabel;
		chart.dispatchAction({type: 'showTip', seriesIndex: 0, dataIndex: 2});
		return label.customValues.map(label.formatter).join(' ') + ' | ' + [...stage.children].map((e) => e.textContent).join(' ');
	})()`)
	for _, want := range []string{"03-01 ", " this run |", "03-03", "300 ms"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if rows := eval[string](t, b, `document.querySelector('#pl\\.trend tbody').textContent`); !strings.Contains(rows, "<img src=x onerror=alert(1)>") {
		t.Errorf("the runs' names are not text: %.200s", rows)
	}
	calm(t, b)
}
