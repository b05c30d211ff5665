package prometheus

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const canary = "c4n4ry-s3cret"

// A fake answers queries as Prometheus does.
type fake struct {
	mu      sync.Mutex
	asked   []url.Values
	methods []string
	header  http.Header
	// answer returns the result for a query; "" is an empty one.
	answer func(q url.Values) string
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/api/v1/query_range") {
		http.NotFound(w, r)
		return
	}
	r.ParseForm()
	f.mu.Lock()
	f.asked, f.methods, f.header = append(f.asked, r.Form), append(f.methods, r.Method), r.Header
	f.mu.Unlock()
	result := ""
	if f.answer != nil {
		result = f.answer(r.Form)
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[%s]}}`, result)
}

// every writes a series with a value at each instant asked for.
func every(q url.Values, labels string, value func(t float64) float64) string {
	from, _ := strconv.ParseFloat(q.Get("start"), 64)
	to, _ := strconv.ParseFloat(q.Get("end"), 64)
	step, _ := strconv.ParseFloat(q.Get("step"), 64)
	var points []string
	for t := from; t <= to; t += step {
		points = append(points, fmt.Sprintf(`[%v,"%v"]`, decimal(t), value(t)))
	}
	return `{"metric":{` + labels + `},"values":[` + strings.Join(points, ",") + `]}`
}

func constant(v float64) func(float64) float64 { return func(float64) float64 { return v } }

func client(t *testing.T, address string, o Options) *Client {
	t.Helper()
	c, err := New(address, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func system(q url.Values) string {
	switch query := q.Get("query"); {
	case query == interval:
		return every(q, `"job":"shop"`, func(t float64) float64 { return float64(int(t) / 5 * 5) })
	case query == "up":
		return every(q, `"job":"shop","instance":"s:1"`, constant(1)) + "," + every(q, `"job":"node","instance":"n:1"`, constant(1))
	case strings.Contains(query, "rate(process_cpu_seconds_total["):
		return every(q, `"job":"shop","instance":"s:1"`, constant(.5))
	case query == inApp:
		return every(q, `"__name__":"shop_db_pool_in_use","job":"shop"`, constant(1)) + "," +
			every(q, `"__name__":"http_request_duration_seconds_bucket","job":"shop"`, constant(1)) + "," +
			every(q, `"__name__":"shop_rate_limited_total","job":"shop"`, constant(1))
	case strings.Contains(query, "shop_db_pool_in_use"):
		return every(q, `"job":"shop","instance":"s:1"`, constant(10))
	case strings.Contains(query, "histogram_quantile(0.95"):
		return every(q, `"job":"shop"`, constant(.25))
	case strings.Contains(query, "shop_rate_limited_total"):
		return every(q, `"job":"shop","instance":"s:1","user_type":"writer"`, constant(3)) + "," + every(q, `"job":"shop","instance":"s:1","user_type":"reader"`, constant(4))
	case strings.Contains(query, "redis_memory_used_bytes"):
		return every(q, `"instance":"r:1"`, constant(100)) + "," + every(q, `"instance":"r:2"`, constant(50))
	case query == "own":
		return every(q, `"shard":"a"`, constant(2))
	}
	return ""
}

func TestFetch(t *testing.T) {
	f := &fake{answer: system}
	server := httptest.NewServer(f)
	defer server.Close()
	c := client(t, server.URL+"/prometheus/", Options{Queries: []Query{{Component: "search", Metric: "lag_seconds", PromQL: "own", InstanceLabel: "shard", Scale: .5}}})
	got, err := c.Fetch(t.Context(), 1795459220.3, 1795459280.9)
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]float64{}
	for _, tr := range got.Tracks {
		last[tr.Component+"|"+tr.Instance+"|"+tr.Metric] = tr.Value[len(tr.Value)-1]
		if tr.Kind != KindLive || tr.File != server.URL+"/prometheus" || tr.Time[0] != 1795459225 || len(tr.Time) != 12 {
			t.Errorf("%s: %s of %s, %d readings from %v", tr.Metric, tr.Kind, tr.File, len(tr.Time), tr.Time[0])
		}
	}
	for want, value := range map[string]float64{
		"app||up": 1, "monitoring|node|up": 1, "app||cpu_cores": .5, "app||pool_in_use": 10, "app||latency_p95_seconds": .25,
		"app|writer|rate_limited_total": 3, "app|reader|rate_limited_total": 4,
		"cache|r:1|memory_bytes": 100, "cache|r:2|memory_bytes": 50, "search|a|lag_seconds": 1,
	} {
		if last[want] != value {
			t.Errorf("%s = %v, want %v", want, last[want], value)
		}
		delete(last, want)
	}
	if len(last) > 0 || len(got.Notes) > 0 {
		t.Errorf("besides: %v %v", last, got.Notes)
	}
	window := false
	for _, q := range f.asked {
		window = window || strings.Contains(q.Get("query"), "rate(process_cpu_seconds_total[20s])")
	}
	if !window {
		t.Error("rates are not taken over four scrapes of 5 s")
	}
	again, err := c.Fetch(t.Context(), 1795459220.3, 1795459280.9)
	if err != nil || again.Input != got.Input || got.Input.SHA256 == "" || got.Input.Kind != KindLive {
		t.Errorf("the same answers make %+v and %+v, %v", got.Input, again.Input, err)
	}
}

// Several jobs, none of which is called an application, keep their names.
func TestJobs(t *testing.T) {
	for _, c := range []struct {
		jobs []string
		want []string
		note bool
	}{
		{[]string{"basket"}, []string{"app"}, false},
		{[]string{"basket", "shop-api"}, []string{"basket", "app"}, false},
		{[]string{"basket", "checkout"}, []string{"basket", "checkout"}, true},
		{[]string{"basket", "postgres", "prometheus", "node-exporter"}, []string{"app", "monitoring", "monitoring", "monitoring"}, false},
	} {
		server := httptest.NewServer(&fake{answer: func(q url.Values) string {
			if q.Get("query") != "up" {
				return ""
			}
			var all []string
			for _, j := range c.jobs {
				all = append(all, every(q, `"job":"`+j+`"`, constant(1)))
			}
			return strings.Join(all, ",")
		}})
		got, err := client(t, server.URL, Options{}).Fetch(t.Context(), 1795459220, 1795459280)
		server.Close()
		if err != nil {
			t.Fatal(err)
		}
		var components []string
		for _, tr := range got.Tracks {
			components = append(components, tr.Component)
		}
		slices.Sort(components)
		slices.Sort(c.want)
		if !slices.Equal(components, c.want) || c.note != (len(got.Notes) == 1) {
			t.Errorf("%v: %v %v", c.jobs, components, got.Notes)
		}
	}
}

func TestGrid(t *testing.T) {
	for _, c := range []struct {
		length, shortest, longest float64
		step, window              float64
	}{
		{60, 2, 2, 2, 8},
		{60, 1, 5, 1, 20},
		{600, .5, .5, 1, 2},
		{600, 15, 15, 15, 60},
		{86400, 2, 2, 10, 20}, // ten-second peaks are kept
		{86400, 30, 60, 30, 240},
	} {
		s := lay(1000, 1000+c.length, c.shortest, c.longest)
		if s.step != c.step || s.window != c.window || s.from < 1000 || s.to > 1000+c.length {
			t.Errorf("%+v: %+v", c, s)
		}
	}
}

func TestLongRangesAreSplit(t *testing.T) {
	f := &fake{answer: func(q url.Values) string {
		if q.Get("query") == "up" {
			return every(q, `"job":"shop"`, constant(1))
		}
		return ""
	}}
	server := httptest.NewServer(f)
	defer server.Close()
	const days = 3 * 86400
	got, err := client(t, server.URL, Options{}).Fetch(t.Context(), 1795000000, 1795000000+days)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range f.asked {
		from, _ := strconv.ParseFloat(q.Get("start"), 64)
		to, _ := strconv.ParseFloat(q.Get("end"), 64)
		step, _ := strconv.ParseFloat(q.Get("step"), 64)
		if n := (to - from) / step; n > 11000 {
			t.Fatalf("%s asks for %v points", q.Get("query"), n)
		}
	}
	if n := len(got.Tracks[0].Time); n < days/15 || !slices.IsSorted(got.Tracks[0].Time) {
		t.Errorf("%d readings", n)
	}
}

func TestErrors(t *testing.T) {
	status := func(code int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}
	}
	jsonError := `{"status":"error","errorType":"bad_data","error":"no: ` + canary + `"}`
	for _, c := range []struct {
		what    string
		handler http.HandlerFunc
		o       Options
		want    string
	}{
		{"401", status(401, "text/plain", "no"), Options{}, "PEAKLOAD_PROMETHEUS_TOKEN"},
		{"403 with a token", status(403, "application/json", jsonError), Options{Token: canary}, "does not accept the credentials"},
		{"404", status(404, "text/plain", "404 page not found"), Options{}, "/select/0/prometheus"},
		{"web page", status(200, "text/html", "<html>log in "+canary+"</html>"), Options{}, "web page"},
		{"not its API", status(200, "application/json", `{"a":1}`), Options{}, "not that of Prometheus"},
		{"503", status(503, "text/plain", "down"), Options{}, "503 (service unavailable)"},
		{"redirect to log in", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://login.invalid/?next="+r.URL.RawQuery, http.StatusFound)
		}, Options{Header: "X-Key: " + canary}, "login.invalid"},
		{"all queries refused", status(422, "application/json", jsonError), Options{Token: canary}, "no query was answered"},
		{"hangs", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Options{PerQuery: 50 * time.Millisecond}, "no answer within 50ms"},
		{"closes", func(w http.ResponseWriter, r *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
		}, Options{}, "closed the connection"},
		{"torn", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"status":"success"`)
		}, Options{}, "closed the connection"},
	} {
		server := httptest.NewServer(c.handler)
		address := server.URL
		if c.what != "401" {
			address = strings.Replace(address, "http://", "http://user:"+canary+"@", 1) + "/p?token=" + canary
		}
		_, err := client(t, address, c.o).Fetch(t.Context(), 1795459220, 1795459280)
		server.Close()
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), canary) || !strings.HasPrefix(err.Error(), "http://127.0.0.1:") {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
}

func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	tls := httptest.NewTLSServer(&fake{})
	defer tls.Close()
	plain := httptest.NewServer(&fake{})
	defer plain.Close()
	for _, c := range []struct{ address, want string }{
		{server.URL, "connection refused"},
		{"http://u:" + canary + "@does-not-exist.invalid", "no host of that name (does-not-exist.invalid)"},
		{tls.URL, "PEAKLOAD_PROMETHEUS_CA"},
		{strings.Replace(plain.URL, "http", "https", 1), "write http://"},
	} {
		_, err := client(t, c.address, Options{}).Fetch(t.Context(), 1795459220, 1795459280)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v, want %q", c.address, err, c.want)
		}
	}
	if got, err := client(t, tls.URL, Options{Transport: tls.Client().Transport}).Fetch(t.Context(), 1795459220, 1795459280); err != nil || got.Notes[0].Code != "prometheus_empty" {
		t.Errorf("with the authority: %v", err)
	}
}

// A query that is refused alone is a note that names it.
func TestOneRefused(t *testing.T) {
	f := &fake{answer: system}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if q := r.FormValue("query"); strings.HasPrefix(q, "broken") {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"status":"error","errorType":"bad_data","error":"parse error near `+canary+`"}`)
			return
		}
		f.ServeHTTP(w, r)
	}))
	defer server.Close()
	got, err := client(t, server.URL, Options{Token: canary, Queries: []Query{{Component: "app", Metric: "m", PromQL: "broken("}}}).Fetch(t.Context(), 1795459220, 1795459280)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0].Message, "broken(") || !strings.Contains(got.Notes[0].Message, "parse error near …") {
		t.Errorf("notes: %v", got.Notes)
	}
	if f.header.Get("Authorization") != "Bearer "+canary {
		t.Errorf("the token was not sent")
	}
}

// Whatever is secret goes to the server and nowhere else.
func TestCredentials(t *testing.T) {
	f := &fake{answer: system}
	server := httptest.NewServer(f)
	defer server.Close()
	address := strings.Replace(server.URL, "http://", "http://user:"+canary+"@", 1) + "?key=" + canary
	got, err := client(t, address, Options{Header: "X-Scope: " + canary}).Fetch(t.Context(), 1795459220, 1795459280)
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := json.Marshal(got); strings.Contains(string(data), canary) {
		t.Error("a secret is in what was fetched")
	}
	_, password, _ := (&http.Request{Header: f.header}).BasicAuth()
	if password != canary || f.header.Get("X-Scope") != canary || f.asked[0].Get("key") != canary {
		t.Errorf("the credentials were not sent: %v", f.header)
	}
	for _, bad := range []string{"http://u:" + canary + "@", "ftp://u:" + canary + "@h", "http://u:" + canary + "@h:99x", "://" + canary} {
		if _, err := New(bad, Options{}); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, o := range []Options{{Header: canary}, {Header: "A B: " + canary}, {Token: canary + "\n"}} {
		if _, err := New("http://h", o); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%v", err)
		}
	}
}

func TestPost(t *testing.T) {
	f := &fake{answer: system}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && len(r.URL.RawQuery) > 600 {
			w.WriteHeader(http.StatusRequestURITooLong)
			return
		}
		f.ServeHTTP(w, r)
	}))
	defer server.Close()
	long := "own" + strings.Repeat(" ", 700)
	c := client(t, server.URL, Options{})
	for _, query := range []string{long, long + strings.Repeat(" ", longestGet)} {
		f.methods = nil
		if _, _, err := c.ask(context.Background(), query, 1, 2, 1); err != nil || !slices.Equal(f.methods, []string{"POST"}) {
			t.Errorf("%d characters: %v %v", len(query), f.methods, err)
		}
	}
}
