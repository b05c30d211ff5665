package prometheus

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options are what a client is handed besides the address.
type Options struct {
	Transport http.RoundTripper
	// Token is sent as a bearer token; Header is "Name: value", sent as it is.
	// "" is none. Neither ever appears in what the client returns.
	Token, Header string
	// Queries are the user's own; they come before the built-in ones.
	Queries []Query
	// PerQuery and Total bound the waiting; 0 is 20 s and 90 s.
	PerQuery, Total time.Duration
}

// A Client asks a Prometheus-compatible HTTP API.
type Client struct {
	http     *http.Client
	base     url.URL // without user and query
	params   url.Values
	header   http.Header
	secrets  []string
	queries  []Query
	perQuery time.Duration
	total    time.Duration
}

// longestGet is the longest address that is asked for by GET: servers and
// proxies refuse longer ones than about 8 KiB.
const longestGet = 4 << 10

// mostAnswer limits an answer's size.
const mostAnswer = 64 << 20

// New returns a client for the API at address, as http://localhost:9090. A
// user and password in the address are sent as basic authentication; its
// query is sent with every query, as Thanos's and VictoriaMetrics's options
// are. Errors name the address without either.
func New(address string, o Options) (*Client, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("this is no address of Prometheus: it is written as http://HOST:9090 or https://HOST/PREFIX")
	}
	c := &Client{header: http.Header{}, queries: o.Queries, perQuery: o.PerQuery, total: o.Total, params: u.Query()}
	for i := range c.queries {
		c.queries[i].own = true
	}
	if c.perQuery == 0 {
		c.perQuery = 20 * time.Second
	}
	if c.total == 0 {
		c.total = 90 * time.Second
	}
	for _, values := range c.params {
		c.secrets = append(c.secrets, values...)
	}
	if u.User != nil {
		password, _ := u.User.Password()
		pair := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
		c.header.Set("Authorization", "Basic "+pair)
		c.secrets = append(c.secrets, pair, password, url.QueryEscape(password), url.PathEscape(password))
	}
	if o.Token != "" {
		if strings.ContainsAny(o.Token, "\r\n") {
			return nil, errors.New("PEAKLOAD_PROMETHEUS_TOKEN has a line break in it")
		}
		c.header.Set("Authorization", "Bearer "+o.Token)
		c.secrets = append(c.secrets, o.Token)
	}
	if o.Header != "" {
		name, value, ok := strings.Cut(o.Header, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || value == "" || strings.ContainsAny(name, " \t\r\n") || strings.ContainsAny(value, "\r\n") {
			return nil, errors.New(`PEAKLOAD_PROMETHEUS_HEADER is written as "Name: value"`)
		}
		c.header.Set(name, value)
		c.secrets = append(c.secrets, value)
		if _, credentials, ok := strings.Cut(value, " "); ok {
			c.secrets = append(c.secrets, credentials) // without its scheme, "Bearer"
		}
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	u.Path = strings.TrimSuffix(strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/api/v1/query_range"), "/api/v1")
	u.RawPath = ""
	c.base = *u
	c.http = &http.Client{Transport: o.Transport, CheckRedirect: c.redirected}
	return c, nil
}

// Address is the API's address without anything secret.
func (c *Client) Address() string { return c.base.String() }

// redirected lets credentials go nowhere but to the host they are for.
func (c *Client) redirected(req *http.Request, via []*http.Request) error {
	if req.URL.Host != c.base.Host || c.base.Scheme == "https" && req.URL.Scheme != "https" || len(via) > 5 {
		return http.ErrUseLastResponse
	}
	return nil
}

// hide takes whatever is secret out of a text from outside.
func (c *Client) hide(s string) string {
	for _, secret := range c.secrets {
		if len(secret) > 2 {
			s = strings.ReplaceAll(s, secret, "…")
		}
	}
	return s
}

// ask asks for one stretch of one query, from and to in Unix seconds, both
// included. It does not try again: a server that is down stays so for longer.
func (c *Client) ask(ctx context.Context, promQL string, from, to, step float64) ([]result, []string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.perQuery)
	defer cancel()
	form := url.Values{}
	for name, values := range c.params {
		form[name] = values
	}
	form.Set("query", promQL)
	form.Set("start", decimal(from))
	form.Set("end", decimal(to))
	form.Set("step", decimal(step))
	method := http.MethodGet
	if len(form.Encode()) > longestGet {
		method = http.MethodPost
	}
	res, err := c.send(ctx, method, form)
	if err != nil {
		return nil, nil, c.unreachable(ctx, err)
	}
	if method == http.MethodGet && (res.StatusCode == http.StatusRequestURITooLong || res.StatusCode == http.StatusMethodNotAllowed || res.StatusCode == http.StatusRequestHeaderFieldsTooLarge) {
		res.Body.Close()
		if res, err = c.send(ctx, http.MethodPost, form); err != nil {
			return nil, nil, c.unreachable(ctx, err)
		}
	}
	defer res.Body.Close()
	limited := &io.LimitedReader{R: res.Body, N: mostAnswer}
	body, err := io.ReadAll(limited)
	if err != nil {
		return nil, nil, c.unreachable(ctx, err)
	}
	if limited.N <= 0 {
		return nil, nil, fmt.Errorf("the answer is longer than %d MiB", mostAnswer>>20)
	}
	var a answer
	isJSON := json.Unmarshal(body, &a) == nil && a.Status != ""
	if res.StatusCode != http.StatusOK {
		return nil, nil, c.refused(res, a, isJSON)
	}
	if !isJSON {
		return nil, nil, c.notPrometheus(res)
	}
	if a.Status != "success" {
		return nil, nil, &queryError{c.hide(oneLine(a.Error))}
	}
	results, err := a.results()
	if err != nil {
		return nil, nil, &queryError{c.hide(oneLine(err.Error()))}
	}
	for i := range a.Warnings {
		a.Warnings[i] = c.hide(oneLine(a.Warnings[i]))
	}
	return results, a.Warnings, nil
}

func (c *Client) send(ctx context.Context, method string, form url.Values) (*http.Response, error) {
	at := c.base
	at.Path = strings.TrimRight(at.Path, "/") + "/api/v1/query_range"
	var body io.Reader
	if method == http.MethodGet {
		at.RawQuery = form.Encode()
	} else {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, at.String(), body)
	if err != nil {
		return nil, errors.New("the address cannot be asked")
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/json")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return c.http.Do(req)
}
