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
		Sampler: &endpoint{url: address, accept: accept, read: read, client: &http.Client{Transport: transport}}}, nil
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
	if err != nil {
		return nil, inWords(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, inWords(err)
	case resp.StatusCode != http.StatusOK:
		return nil, errAnswer{fmt.Sprintf("it answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))}
	case len(body) > maxBody:
		return nil, errAnswer{fmt.Sprintf("its answer is longer than %d MB", maxBody>>20)}
	}
	return e.read(body, at)
}
