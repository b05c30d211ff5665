package record

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHide(t *testing.T) {
	for _, c := range []struct{ stated, said string }{
		{"postgres://u:s3cr3t@db/x", "cannot connect to postgres://u:s3cr3t@db/x"},
		{"postgres://u:p%40ss%2Fs3cr3t@db/x", "password p@ss/s3cr3t is wrong"},
		{"postgres://u:s3cr3t/with@slash@db/x", "parse postgres://u:s3cr3t/with@slash@db/x: invalid port"},
		{"host=db user=u password=s3cr3t", "cannot parse `host=db user=u password=s3cr3t`"},
		{"host=db password='s3cr3t with space'", "cannot parse password='s3cr3t with space'"},
		{"redis://:s3cr3t@cache:6379", "dial redis://:s3cr3t@cache:6379"},
		{"http://app/metrics?token=s3cr3t", `Get "http://app/metrics?token=s3cr3t": EOF`},
		{"https://s3cr3t@app/metrics", "401 for s3cr3t"},
		{"", "given postgres://u:s3cr3t@db"}, // never stated
	} {
		s := &Secrets{}
		s.AddURL(c.stated)
		if got := s.Hide(c.said); strings.Contains(got, "s3cr3t") {
			t.Errorf("%q said of %q", got, c.stated)
		}
	}
	if got := (&Secrets{}).Hide("connect to http://localhost:8000/x: refused"); got != "connect to http://localhost:8000/x: refused" {
		t.Errorf("too much is hidden: %q", got)
	}
}

// A password of any characters, in a URL, is hidden as it is, in the URL, and
// quoted.
func TestHideAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringMatching(`[ -~]{8,20}`).Draw(t, "password")
		u := url.URL{Scheme: "postgres", User: url.UserPassword("u", password), Host: "db:5432", Path: "/x"}
		s := &Secrets{}
		s.AddURL(u.String())
		for _, said := range []string{"wrong: " + password + ".", "cannot reach " + u.String(), "q=" + url.QueryEscape(password)} {
			if got := s.Hide(said); strings.Contains(got, password) || strings.Contains(got, url.QueryEscape(password)) {
				t.Fatalf("%q of %q", got, password)
			}
		}
	})
}

// What the targets' own parsers say of what is no URL holds no password.
func TestRefusedURLs(t *testing.T) {
	for _, bad := range []string{"postgres://u:s3cr3t@db:port/x", "postgres://u:s3cr3t@[::1/x", "postgres://u:s3cr3t@db/x?sslmode=nonsense", "u:s3cr3t@db\x01",
		"redis://:s3cr3t@cache:port", "redis://:s3cr3t@cache/x/y", "mysql://u:s3cr3t@db", "ftp://u:s3cr3t@db", "http://u:s3cr3t@\x7f"} {
		_, err1 := Postgres("p", "database", "", bad)
		_, err2 := Redis("r", "cache", "", bad, nil)
		_, err3 := HTTP("h", "app", "", bad, "", nil)
		s := &Secrets{}
		s.AddURL(bad)
		if text := s.Hide(errors.Join(err1, err2, err3).Error()); strings.Contains(text, "s3cr3t") {
			t.Errorf("%q: %s", bad, text)
		}
	}
}
