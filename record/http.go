package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxBody is the most that is read of an endpoint's answer.
const maxBody = 16 << 20

// A Reader takes the readings out of an endpoint's answer that came at an
// instant, in Unix seconds.
type Reader func(body []byte, at float64) ([]Reading, error)

// HTTP samples an endpoint that answers GET with its metrics. A user and
// password in the URL become basic authentication.
func HTTP(name, component, instance, address, accept string, read Reader) (Target, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return Target{}, errors.New("not a URL that begins with http:// or https://")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 1, 1
	transport.IdleConnTimeout = 2 * time.Minute
	return Target{Name: name, Component: component, Instance: instance, Service: true, Rank: rankEndpoint,
		Sampler: &endpoint{url: address, accept: accept, read: read, client: &http.Client{Transport: transport, CheckRedirect: sameHost}}}, nil
}

const mostRedirects = 5

// sameHost follows redirects of a host to itself, to https or with a slash: the
// figures of another host are not those that were asked for. Where a redirect
// leads does not learn where it came from, as a URL may hold a token.
func sameHost(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer")
	switch {
	case req.URL.Hostname() != via[0].URL.Hostname() || port(req.URL) != port(via[0].URL) && req.URL.Scheme == via[0].URL.Scheme:
		return &Unusable{errAnswer{"it redirects to another server"}}
	case len(via) >= mostRedirects:
		return &Unusable{errAnswer{fmt.Sprintf("it redirects more than %d times", mostRedirects)}}
	}
	return nil
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

type endpoint struct {
	url, accept string
	read        Reader
	client      *http.Client
}

// Close lets the connection go.
func (e *endpoint) Close() error {
	e.client.CloseIdleConnections()
	return nil
}

// Sample gets the endpoint once.
func (e *endpoint) Sample(ctx context.Context) ([]Reading, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url, nil)
	if err != nil {
		return nil, inWords(err)
	}
	req.Header.Set("Accept", e.accept)
	req.Header.Set("User-Agent", applicationName)
	at := float64(time.Now().UnixMilli()) / 1000
	resp, err := e.client.Do(req)
	if useless := (*Unusable)(nil); errors.As(err, &useless) {
		return nil, useless
	}
	if err != nil {
		return nil, inWords(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, inWords(err)
	case resp.StatusCode != http.StatusOK:
		err := errAnswer{fmt.Sprintf("it answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))}
		switch resp.StatusCode {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return nil, err // of a proxy's, for what is behind it
		}
		return nil, &Unusable{err}
	case len(body) > maxBody:
		return nil, &Unusable{errAnswer{fmt.Sprintf("its answer is longer than %d MB", maxBody>>20)}}
	}
	readings, err := e.read(body, at)
	if err != nil && len(readings) == 0 {
		err = &Unusable{err}
	}
	return readings, err
}
