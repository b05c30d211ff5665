package record

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// What an endpoint may answer: whether that means that it is away, and what is
// said of it. No credential of the URL is in it, and none goes elsewhere.
func TestEndpoints(t *testing.T) {
	const user, canary = "someone", "Canary-Ep-41c7"
	var strays atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		strays.Add(1)
		fmt.Fprint(w, "7")
	}))
	defer elsewhere.Close()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		up     string // what it says of that; "" nothing
		remark string
	}{
		{"figures", func(w http.ResponseWriter, r *http.Request) {
			if u, p, _ := r.BasicAuth(); u != user || p != canary {
				w.WriteHeader(http.StatusUnauthorized)
			}
			fmt.Fprint(w, "7")
		}, "1", ""},
		{"a slash", func(w http.ResponseWriter, r *http.Request) {
			switch {
			case !strings.HasSuffix(r.URL.Path, "/"):
				http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
			case r.Header.Get("Referer") != "":
				t.Errorf("a redirect tells where from: %s", r.Header.Get("Referer"))
			default:
				fmt.Fprint(w, "7")
			}
		}, "1", ""},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }, "", "it redirects to another server"},
		{"for ever", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) }, "", "it redirects more than 5 times"},
		{"unauthorized", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "", "it answers 401 Unauthorized"},
		{"an error", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, canary)
		}, "", "it answers 500 Internal Server Error"},
		{"a proxy's", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, "0", "it answers 503 Service Unavailable"},
		{"a page", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>Log in</html>") }, "", "its answer holds no metrics"},
		{"too much", func(w http.ResponseWriter, r *http.Request) {
			for block := make([]byte, 1<<20); r.Context().Err() == nil; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}, "", "its answer is longer than 16 MB"},
		{"cut off", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "7")
		}, "0", "the connection was lost"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.answer)
			defer server.Close()
			read := func(body []byte, _ float64) ([]Reading, error) {
				if string(body) != "7" {
					return nil, errors.New("its answer holds no metrics")
				}
				return []Reading{{"app", "", "n", 7}}, nil
			}
			target, err := HTTP("app", "app", "", strings.Replace(server.URL, "//", "//"+user+":"+canary+"@", 1)+"/m", "text/plain", read)
			if err != nil {
				t.Fatal(err)
			}
			readings, err := target.Sampler.Sample(t.Context())
			up, said := "", ""
			switch {
			case err == nil && len(readings) == 1:
				up = "1"
			case !errors.As(err, new(*Unusable)):
				up = "0"
			}
			if err != nil {
				said = err.Error()
			}
			if up != c.up || said != c.remark {
				t.Errorf("up %q, said %q; want %q, %q", up, said, c.up, c.remark)
			}
		})
	}
	if strays.Load() > 0 {
		t.Error("another server was asked")
	}
}

// A target that answers what is of no use leaves a gap, and none that says that
// it was away.
func TestUnusableIsNotAway(t *testing.T) {
	f := &fake{answer: func(_ context.Context, look int) ([]Reading, error) {
		if look == 2 || look == 3 {
			return nil, &Unusable{errors.New("it answers 401 Unauthorized")}
		}
		return []Reading{{"app", "", "n", float64(look)}}, nil
	}}
	rows, remarks, accounts := recorded(t, []Target{{Name: "app", Component: "app", Service: true, Sampler: f}}, &Secrets{}, func() bool { return f.count() > 5 })
	for _, row := range rows {
		if strings.Contains(row, "app,,up,0") {
			t.Errorf("it was away: %s", row)
		}
	}
	if len(remarks) != 2 || remarks[0] != "app: it answers 401 Unauthorized; there is a gap until it answers" || accounts[0].Missed != 2 || accounts[0].Gaps != 1 {
		t.Errorf("%q, %+v", remarks, accounts)
	}
}
