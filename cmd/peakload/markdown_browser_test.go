package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	goldhtml "github.com/yuin/goldmark/renderer/html"

	"github.com/peakload/peakload/templates"
)

// markdownPage shows rendered Markdown as a code host does: a column of text
// of 830 px, pictures never wider than it, light or dark as the reader asks.
const markdownPage = `<!doctype html><meta charset="utf-8"><style>
:root { color-scheme: light dark }
body { max-width: 830px; margin: 32px auto; overflow-wrap: break-word; font: 16px/1.5 "Noto Sans", Helvetica, Arial, sans-serif; color: light-dark(#1f2328, #f0f6fc); background: light-dark(#fff, #0d1117) }
img { max-width: 100%%; box-sizing: content-box }
table { border-collapse: collapse; display: block; overflow: auto } td, th { border: 1px solid light-dark(#d1d9e0, #3d444d); padding: 6px 13px }
code, pre { font-size: 85%%; overflow: auto }
</style>%s`

// A shown is a picture as the browser shows it.
type shown struct {
	Name                  string
	Natural, Width, Scale float64
	Loaded                bool
	Alt                   string
}

// TestMarkdownInBrowser fills the built-in document, renders it as a code host
// would, and looks at it in Chromium: each picture is found, drawn in the
// reader's theme, not shrunk below what can be read, and says what it shows.
// With PEAKLOAD_SHOTS=DIR it keeps what it saw, of every run there is.
func TestMarkdownInBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("no chromium: make components, or apt-get install chromium")
	}
	dir := t.TempDir()
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	ctx, stopAllocator := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"), chromedp.WSURLReadTimeout(30*time.Second))...)
	defer stopAllocator()
	ctx, stopTab := chromedp.NewContext(ctx)
	defer stopTab()

	testdata := filepath.Join("..", "..", "testdata")
	evidence, _ := filepath.Glob(filepath.Join(testdata, "evidence", "pool", "*"))
	pool := []string{filepath.Join(testdata, "runs", "pool"), "--baseline", filepath.Join(testdata, "runs", "sustained")}
	for _, e := range evidence {
		pool = append(pool, "--resources", e)
	}
	runs := map[string][]string{
		"pool":    pool,
		"hostile": {filepath.Join(testdata, "runs", "hostile")},
	}
	if os.Getenv("PEAKLOAD_SHOTS") != "" {
		recorded, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "runs", "*"))
		for _, r := range recorded {
			runs[filepath.Base(r)] = []string{r, "--baseline", recorded[0]}
		}
	}
	for name, args := range runs {
		t.Run(name, func(t *testing.T) {
			doc := filepath.Join(dir, name, "results.md")
			if err := os.MkdirAll(filepath.Dir(doc), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(doc, templates.Results, 0o600); err != nil {
				t.Fatal(err)
			}
			var told bytes.Buffer
			if code := run(append([]string{"report", "-d", doc, "-w"}, args...), streams{io.Discard, &told}); code != exitPass {
				t.Fatalf("exit status %d: %s", code, told.String())
			}
			filled, err := os.ReadFile(doc)
			if err != nil {
				t.Fatal(err)
			}
			var body bytes.Buffer
			if err := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(goldhtml.WithUnsafe())).Convert(filled, &body); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(filepath.Dir(doc), "results.html")
			if err := os.WriteFile(file, fmt.Appendf(nil, markdownPage, body.Bytes()), 0o600); err != nil {
				t.Fatal(err)
			}
			want := strings.Count(string(filled), "<picture>")
			if want < 4 {
				t.Errorf("the document has %d pictures", want)
			}
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{900, 390} {
					look(t, ctx, file, scheme, width, want, filepath.Dir(doc))
				}
			}
		})
	}
}

// look opens the page and judges its pictures.
func look(t *testing.T, ctx context.Context, file, scheme string, width int64, want int, dir string) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 1200), chromedp.Navigate("file://"+file)); err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`JSON.stringify([...document.images].map(i => ({
		Name: decodeURIComponent(i.currentSrc.split('/').pop()), Natural: i.naturalWidth, Width: i.getBoundingClientRect().width,
		Scale: i.getBoundingClientRect().width / i.naturalWidth, Loaded: i.complete && i.naturalWidth > 0 && i.naturalHeight > 0, Alt: i.alt})))`))
	if err != nil {
		t.Fatal(err)
	}
	var images []shown
	if err := json.Unmarshal([]byte(text), &images); err != nil {
		t.Fatal(err)
	}
	if len(images) != want {
		t.Errorf("%s: %d pictures are shown of %d", scheme, len(images), want)
	}
	for _, i := range images {
		if !i.Loaded || !strings.HasSuffix(i.Name, "-"+scheme+".svg") {
			t.Errorf("%s at %d px: broken, or of the other theme: %+v", scheme, width, i)
		}
		if width == 900 && i.Scale < 0.95 {
			t.Errorf("%s is shrunk to %.2f in a column of 830 px", i.Name, i.Scale)
		}
		if len(i.Alt) < 40 {
			t.Errorf("%s: the text alternative states no finding: %q", i.Name, i.Alt)
		}
		data, err := os.ReadFile(filepath.Join(dir, besideDocument, i.Name))
		if err != nil || len(data) >= 40_000 {
			t.Errorf("%s: %d bytes, %v", i.Name, len(data), err)
		}
	}
	overflow, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
	if err != nil || overflow > int(width) {
		t.Errorf("%s: the page is %d wide in a window of %d (%v)", scheme, overflow, width, err)
	}
	if shots := os.Getenv("PEAKLOAD_SHOTS"); shots != "" && width == 900 {
		keepPictures(t, ctx, filepath.Join(shots, filepath.Base(dir)+"-"+scheme+".png"))
	}
}

// keepPictures keeps what the browser shows of the pictures alone, for people.
func keepPictures(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.body.replaceChildren(...document.querySelectorAll('picture')), document.querySelectorAll('picture').forEach(p => p.style.display = 'block'), 0`)); err != nil {
		t.Fatal(err)
	}
	shot, err := chromedp.Call(ctx, cdp.CaptureScreenshot, cdp.CaptureScreenshotParams{CaptureBeyondViewport: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, shot.Data, 0o600); err != nil {
		t.Fatal(err)
	}
}
