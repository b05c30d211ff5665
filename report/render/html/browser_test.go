package html

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/peakload/peakload/report/chart/charttest"
	"github.com/peakload/peakload/web"
)

// A browser is a headless Chromium that cannot reach a network, with one tab.
type browser struct {
	ctx context.Context
	dir string

	mu       sync.Mutex
	trouble  []string // console messages, exceptions, dialogs
	requests []string
}

// one is the browser of all tests: starting one takes longer than a test.
var one struct {
	sync.Once
	*browser
	err  error
	stop []func()
}

func TestMain(m *testing.M) {
	status := m.Run()
	for _, stop := range one.stop {
		stop()
	}
	os.Exit(status)
}

// newBrowser returns Chromium. Where there is none the test fails: what a
// browser makes of the page is the point.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	one.Do(func() { one.browser, one.err = startBrowser() })
	if one.err != nil {
		t.Fatal(one.err)
	}
	return one.browser
}

func startBrowser() (*browser, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, errors.New("no chromium: make components, or apt-get install chromium")
	}
	dir, err := os.MkdirTemp("", "peakload-browser-")
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(context.Background(), 4*time.Minute)
	ctx, stopAllocator := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(dir, "profile")), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"), chromedp.WSURLReadTimeout(30*time.Second),
	)...)
	ctx, stopTab := chromedp.NewContext(ctx)
	one.stop = []func(){stopTab, stopAllocator, stop, func() {
		// The browser's children write for a moment longer.
		for range 20 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	}}
	b := &browser{ctx: ctx, dir: dir}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		return nil, err
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		return nil, err
	}
	go b.console()
	return b, nil
}

func (b *browser) note(list *[]string, s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*list = append(*list, s)
}

func (b *browser) hear(ev any) {
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		b.note(&b.requests, ev.Request.URL)
	case *runtime.EventExceptionThrown:
		b.note(&b.trouble, "exception: "+ev.ExceptionDetails.Text)
	case *page.EventJavascriptDialogOpening:
		b.note(&b.trouble, "dialog: "+ev.Message)
	}
}

func (b *browser) console() {
	for m := range chromedp.Console(b.ctx) {
		b.note(&b.trouble, fmt.Sprintf("console: %v: %s", m.Type, m.Text))
	}
}

// open shows a page in a window of a width, in light or dark, and starts
// counting anew.
func (b *browser) open(t *testing.T, content []byte, width int64, scheme, media string) {
	t.Helper()
	file := filepath.Join(b.dir, "page.html")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	b.trouble, b.requests = nil, nil
	b.mu.Unlock()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 2400), chromedp.Navigate("file://"+file)); err != nil {
		t.Fatal(err)
	}
	// Charts outside of the window are drawn when the page is idle.
	for range 200 {
		if eval[bool](t, b, `document.documentElement.dataset.charts === 'drawn' || !document.querySelector('.live')`) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the charts were not drawn")
}

// eval returns the value of a JavaScript expression.
func eval[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// shot returns a picture of the window.
func (b *browser) shot(t *testing.T) image.Image {
	t.Helper()
	data, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	// For people: what the test saw.
	if dir := os.Getenv("PEAKLOAD_SHOTS"); dir != "" {
		name := strings.NewReplacer("/", "_", " ", "_").Replace(t.Name()) + ".png"
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// ink returns the mean lightness of a picture, from 0 to 1, and the share of
// its points that differ from the one in its corner.
func ink(img image.Image) (lightness, drawn float64) {
	box := img.Bounds()
	corner := grey(img, box.Min.X+2, box.Min.Y+2)
	n := 0.0
	for y := box.Min.Y; y < box.Max.Y; y += 3 {
		for x := box.Min.X; x < box.Max.X; x += 3 {
			g := grey(img, x, y)
			lightness += g
			if g-corner > 0.03 || corner-g > 0.03 {
				drawn++
			}
			n++
		}
	}
	return lightness / n, drawn / n
}

func grey(img image.Image, x, y int) float64 {
	r, g, b, _ := img.At(x, y).RGBA()
	return float64(r+g+b) / (3 * 0xffff)
}

// library returns the chart library, or nil where the program cannot have
// one. With npm at hand there is no excuse.
func library(t *testing.T) []byte {
	t.Helper()
	js, ok := web.ECharts()
	if _, err := exec.LookPath("npm"); !ok && err == nil {
		t.Fatal("the chart library is not built in: make assets")
	}
	return js
}

func TestPageInBrowser(t *testing.T) {
	b := newBrowser(t)
	js := library(t)
	md := filled(t)
	interactive := render(t, md, charttest.Overloaded(), js)
	static := render(t, md, charttest.Overloaded(), nil)

	for _, c := range []struct {
		name, scheme, media string
		width               int64
		page                []byte
		live                bool
	}{
		{"light", "light", "", 1280, interactive, len(js) > 0},
		{"dark", "dark", "", 1280, interactive, len(js) > 0},
		{"narrow", "light", "", 390, interactive, len(js) > 0},
		{"static", "light", "", 1280, static, false},
		{"static narrow dark", "dark", "", 390, static, false},
		{"print", "dark", "print", 760, interactive, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.open(t, c.page, c.width, c.scheme, c.media)
			canvases := eval[int](t, b, `[...document.querySelectorAll('figure.chart canvas')].filter(c => c.offsetHeight > 100 && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v)).length`)
			drawings := eval[int](t, b, `[...document.querySelectorAll('figure.chart svg.plot')].filter(c => c.getBoundingClientRect().height > 100).length`)
			if c.live && (canvases < 4 || drawings > 0) || !c.live && (canvases > 0 || drawings < 4) {
				t.Errorf("%d canvases and %d static charts are shown", canvases, drawings)
			}
			if w := eval[int](t, b, `document.documentElement.scrollWidth`); w > int(c.width) {
				t.Errorf("the page is %d wide in a window of %d", w, c.width)
			}
			if n := eval[int](t, b, `document.querySelectorAll('img, b[onclick], svg[onload], iframe, object, a[href^=javascript]').length`); n != 0 {
				t.Errorf("%d elements were injected", n)
			}
			text := eval[string](t, b, `document.body.textContent`)
			for _, want := range []string{`<img src=x onerror=alert(1)>`, `__f__alert(1)//`, "/a|b`c`<b>bold</b>", "␛[31mred␛[0m␤line", `=cmd()|`} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not shown as text", want)
				}
			}
			light, drawn := ink(b.shot(t))
			if dark := c.scheme == "dark" && c.media != "print"; dark && light > 0.3 || !dark && light < 0.7 {
				t.Errorf("lightness %.2f", light)
			}
			if drawn < 0.02 {
				t.Errorf("%.1f%% of the page is drawn", drawn*100)
			}
			b.mu.Lock()
			defer b.mu.Unlock()
			if len(b.requests) != 1 || !strings.HasPrefix(b.requests[0], "file://") {
				t.Errorf("requests: %q", b.requests)
			}
			if len(b.trouble) > 0 {
				t.Errorf("trouble: %q", b.trouble)
			}
		})
	}
	if len(js) > 0 {
		t.Run("connected", func(t *testing.T) { connected(t, b, interactive) })
	} else {
		t.Log("no npm and so no chart library: nothing is interactive")
	}
}

// Charts over time move together, and tooltips show names as text.
func connected(t *testing.T, b *browser, page []byte) {
	b.open(t, page, 1280, "light", "")
	if got := eval[int](t, b, `(() => {
		const first = echarts.getInstanceByDom(document.querySelector('#pl\\.latency .live'));
		first.dispatchAction({type: 'dataZoom', start: 20, end: 40});
		return echarts.getInstanceByDom(document.querySelector('#pl\\.errors .live')).getOption().dataZoom[0].start;
	})()`); got != 20 {
		t.Errorf("zooming one chart moved the other to %d", got)
	}
	tips := eval[string](t, b, `(() => {
		const stage = document.querySelector('#pl\\.endpoints .live');
		const chart = echarts.getInstanceByDom(stage);
		let tips = '';
		for (let i = 0; i < 10; i++) {
			chart.dispatchAction({type: 'showTip', seriesIndex: 0, dataIndex: i});
			tips += [...stage.children].map((e) => e.textContent).join(' ');
		}
		return tips;
	})()`)
	for _, want := range []string{`</script><img src=x onerror=alert(1)>`, `__f__alert(1)//`, "1,106 ms"} {
		if !strings.Contains(tips, want) {
			t.Errorf("tooltips lack %q: %s", want, tips)
		}
	}
	if n := eval[int](t, b, `document.images.length`); n != 0 {
		t.Errorf("%d images were injected", n)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.trouble) > 0 {
		t.Errorf("trouble: %q", b.trouble)
	}
}
