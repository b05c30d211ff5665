package form

import (
	"bytes"
	"html"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"pgregory.net/rapid"
)

// markdown renders as GitHub does, links without brackets and footnotes too.
var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote))

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"GET /api/users?id=1&n=2":         "GET /api/users?id=1&amp;n=2",
		"p95 < 800ms, load > 5":           "p95 < 800ms, load > 5",
		"snake_case_name":                 "snake_case_name",
		"__init__":                        `\_\_init\_\_`,
		"a|b\\c":                          `a\|b\\c`,
		"<script>alert(1)</script>":       "&lt;script>alert(1)&lt;/script>",
		"<!-- x -->":                      "&lt;!-- x --&gt;",
		"http://evil.test/a":              `http\://evil.test/a`,
		"www.evil.test":                   `www\.evil.test`,
		"root@evil.test":                  `root\@evil.test`,
		"# title":                         `\# title`,
		"- item":                          `\- item`,
		"1. item":                         `1\. item`,
		"> quote":                         "&gt; quote",
		"---":                             `\---`,
		"\x1b[31mred\x1b[0m":              `␛\[31mred␛\[0m`,
		"two\nlines\r\n\tthree":           "two lines three",
		"nul\x00 \xff \u202eevil\u2066":   "nul␀ \uFFFD \uFFFDevil\uFFFD",
		"$x$ and ~~y~~ [^1] ![a](b) &lt;": `\$x\$ and \~\~y\~\~ \[^1\] !\[a\](b) &amp;lt;`,
		"  ":                              "",
	} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
}

// visible is what a reader should see of outside text.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		e := Escape(string([]rune{'a', r, 'a'}))
		e = strings.NewReplacer(`\`, "").Replace(e)
		switch {
		case r == '\\':
			b.WriteByte('\\')
		default:
			b.WriteString(html.UnescapeString(e[1 : len(e)-1]))
		}
	}
	return squeeze(b.String())
}

func TestEscapedTextIsText(t *testing.T) {
	pieces := rapid.SampledFrom([]string{
		"|", "\\", "`", "``", "<", ">", "&", "*", "**", "_", "__", "[", "]", "(", ")", "!", "#", "## ", "~", "~~", "$", "@", "-", "---", "+ ", "=", "===", "1. ", "2) ",
		" ", "\n", "\t", "\r\n", "\x1b[0m", "\x00", "\x7f", "\u202e", "\u2028", "\ufeff", "\xff", "a", "b c", "ä", "🔥", "http://", "https://x.y", "www.", "x.test", "mailto:a@b.cc", "ftp://q.r",
		"<!--", "-->", "<script>", "</td>", "&amp;", "&#42;", "[^1]", "[^pg]: x", "[a](b)", "![a](b)", "[x] ", "TBD", ":", "|---|", "{", "}", "^", "\"", "'", "\\|", "\\\\|", "%", ".",
	})
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "free") {
			in += rapid.String().Draw(t, "text")
		}
		e := Escape(in)
		if strings.ContainsAny(e, "\n\r\x1b\x00") {
			t.Fatalf("Escape(%q) = %q holds control characters", in, e)
		}
		if e == "" {
			return
		}
		want := visible(in)
		for _, c := range []struct{ before, after, open, close string }{
			{"", "\n", "<p>", "</p>\n"},
			{"- ", "\n", "<ul>\n<li>", "</li>\n</ul>\n"},
			{"**L**: ", "\n", "<p><strong>L</strong>: ", "</p>\n"},
			{"| h |\n|---|\n| ", " |\n", "<table>\n<thead>\n<tr>\n<th>h</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>", "</td>\n</tr>\n</tbody>\n</table>\n"},
			{"> text ", " text\n", "<blockquote>\n<p>text ", " text</p>\n</blockquote>\n"},
		} {
			var b bytes.Buffer
			if err := markdown.Convert([]byte(c.before+e+c.after), &b); err != nil {
				t.Fatal(err)
			}
			got, ok := strings.CutPrefix(b.String(), c.open)
			if ok {
				got, ok = strings.CutSuffix(got, c.close)
			}
			if !ok || strings.Contains(got, "<") {
				t.Fatalf("%q as %q renders to %q", in, c.before+e, b.String())
			}
			if got = squeeze(html.UnescapeString(got)); got != want {
				t.Fatalf("%q as %q shows %q, want %q", in, c.before+e, got, want)
			}
		}
		if text, pure := plain(e); text != want || !pure {
			t.Fatalf("%q is read as %q, want %q", e, text, want)
		}
	})
}
