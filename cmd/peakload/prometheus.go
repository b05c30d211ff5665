package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/peakload/peakload/analyze/input/prometheus"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

// The environment that says how to get in: nothing secret is a flag, which
// every process of the machine could read.
const (
	prometheusToken  = "PEAKLOAD_PROMETHEUS_TOKEN"
	prometheusHeader = "PEAKLOAD_PROMETHEUS_HEADER"
	prometheusCA     = "PEAKLOAD_PROMETHEUS_CA"
)

// prometheusClient returns the client that --prometheus asks for; nil without.
func (in *inputs) prometheusClient(queries []plan.Query) (*prometheus.Client, error) {
	if in.prometheus == "" {
		return nil, nil
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if name := os.Getenv(prometheusCA); name != "" {
		pem, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", prometheusCA, plainError(err))
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: %s: there is no certificate in PEM form in it", prometheusCA, name)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	o := prometheus.Options{Transport: transport, Token: os.Getenv(prometheusToken), Header: os.Getenv(prometheusHeader)}
	for _, q := range queries {
		o.Queries = append(o.Queries, prometheus.Query{
			Component: q.Component, Instance: q.Instance, Metric: q.Metric,
			PromQL: q.PromQL, InstanceLabel: q.InstanceLabel, Scale: q.Scale,
		})
	}
	client, err := prometheus.New(in.prometheus, o)
	if err != nil {
		return nil, fmt.Errorf("--prometheus: %w", err)
	}
	return client, nil
}

// ask adds to a run what Prometheus knows of its time.
func ask(c *prometheus.Client, run *loadtest.Run) error {
	first, last, ok := runTime(run)
	if !ok {
		return fmt.Errorf("--prometheus: no file of the run says when it was, so that there is no time to ask %s about", c.Address())
	}
	from, to := prometheus.Around(first, last, float64(time.Now().Unix()))
	known, err := c.Fetch(context.Background(), from, to)
	if err != nil {
		return fmt.Errorf("--prometheus: %w", err)
	}
	run.Tracks = append(run.Tracks, known.Tracks...)
	run.Inputs = append(run.Inputs, known.Input)
	run.Notes = append(run.Notes, known.Notes...)
	return nil
}

// askBefore adds to the run that is compared with what Prometheus still knows of
// its time, so that the two are known alike. A baseline that is a results.json
// holds its figures already. What is not to be had of an old run is a note, and
// no reason to refuse the new one.
func askBefore(c *prometheus.Client, baseline, current *loadtest.Run) {
	if baseline == nil || baseline.Basis != nil {
		return
	}
	if err := ask(c, baseline); err != nil {
		current.Notes = append(current.Notes, loadtest.Note{Code: "prometheus_baseline", Severity: loadtest.Info,
			Message: fmt.Sprintf("Of the baseline's time nothing was learned from Prometheus: %v.", err)})
	}
}

// runTime returns the first and the last instant of a run that its files tell
// of, in Unix seconds.
func runTime(run *loadtest.Run) (first, last float64, ok bool) {
	switch {
	case run.History != nil && len(run.History.Time) > 1:
		t := run.History.Time
		return float64(t[0]), float64(t[len(t)-1]), true
	case run.Histograms != nil && len(run.Histograms.Endpoints) > 0:
		for i, h := range run.Histograms.Endpoints {
			if i == 0 {
				first, last = h.Start, h.Last
			}
			first, last = min(first, h.Start), max(last, h.Last)
		}
		return first, last, first > 0 && last > first
	case run.Page != nil && !run.Page.Start.IsZero() && run.Page.End.After(run.Page.Start):
		return float64(run.Page.Start.Unix()), float64(run.Page.End.Unix()), true
	}
	return 0, 0, false
}
