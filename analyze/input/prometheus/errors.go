package prometheus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// A queryError is a server's refusal of one query; others may be answered.
type queryError struct{ why string }

func (e *queryError) Error() string { return e.why }

// An unavailable is what no other query would be answered after either.
type unavailable struct{ why string }

func (e *unavailable) Error() string { return e.why }

func unavailablef(format string, a ...any) error { return &unavailable{fmt.Sprintf(format, a...)} }

// unreachable says why there was no answer. The errors of net/http hold the
// whole address, so that only their causes are told.
func (c *Client) unreachable(ctx context.Context, err error) error {
	var (
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		timeout   net.Error
		op        *net.OpError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return unavailablef("the query was cancelled")
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout
	case errors.As(err, &dns):
		return unavailablef("there is no host of that name (%s)", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return unavailablef("nothing listens there (connection refused)")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return unavailablef("there is no way to that host from here")
	case errors.As(err, &authority):
		return unavailablef("its certificate is of an authority that this system does not know; if it is yours, name its file in PEAKLOAD_PROMETHEUS_CA")
	case errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &verify):
		return unavailablef("its certificate is not valid for this address, or not any more")
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return unavailablef("it does not speak TLS: write http:// instead of https://")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return unavailablef("it closed the connection without an answer")
	case errors.As(err, &op) && op.Err != nil:
		return unavailablef("it cannot be reached: %s", c.hide(oneLine(op.Err.Error())))
	}
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
	}
	return unavailablef("it cannot be reached: %s", c.hide(oneLine(err.Error())))
}

// errTimeout is a query that took too long; the next may be quicker.
var errTimeout = errors.New("no answer in time")

// refused puts an HTTP status into words.
func (c *Client) refused(res *http.Response, a answer, isJSON bool) error {
	said := ""
	if isJSON && a.Error != "" {
		said = ": " + c.hide(oneLine(a.Error))
	}
	switch code := res.StatusCode; code {
	case http.StatusUnauthorized, http.StatusForbidden:
		if len(c.header) == 0 {
			return unavailablef("it answers only to those who have credentials (%d): set PEAKLOAD_PROMETHEUS_TOKEN to a bearer token or PEAKLOAD_PROMETHEUS_HEADER to \"Name: value\", or write user:password@ into the address", code)
		}
		return unavailablef("it does not accept the credentials it was given (%d): check PEAKLOAD_PROMETHEUS_TOKEN, PEAKLOAD_PROMETHEUS_HEADER or the password in the address%s", code, said)
	case http.StatusNotFound:
		if isJSON && a.ErrorType != "" {
			return &queryError{strings.TrimPrefix(said, ": ")}
		}
		return unavailablef("it has no /api/v1/query_range (404); a prefix may be missing from the address: /prometheus behind a proxy and with Mimir, /select/0/prometheus with a VictoriaMetrics cluster")
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		if said != "" {
			return &queryError{strings.TrimPrefix(said, ": ")}
		}
		return &queryError{fmt.Sprintf("it was refused (%d)", code)}
	case http.StatusMethodNotAllowed:
		return unavailablef("it takes neither GET nor POST (405)")
	case http.StatusTooManyRequests:
		return &queryError{"too many queries (429)" + said}
	case http.StatusGatewayTimeout:
		return errTimeout
	default:
		switch {
		case code >= 300 && code < 400:
			to := "elsewhere"
			if u, err := res.Location(); err == nil && u.Host != "" {
				to = "to " + c.hide(u.Host)
			}
			return unavailablef("it sends callers %s (%d), perhaps to log in: give the address of Prometheus itself, and credentials", to, code)
		case code >= 500 && said != "" && a.ErrorType != "":
			return &queryError{strings.TrimPrefix(said, ": ")}
		}
		return unavailablef("it answers with status %d (%s)%s", code, strings.ToLower(http.StatusText(code)), said)
	}
}

// notPrometheus says that what answered is something else.
func (c *Client) notPrometheus(res *http.Response) error {
	if strings.Contains(res.Header.Get("Content-Type"), "html") {
		return unavailablef("it answers with a web page: the address is not Prometheus's own, or a log-in page stands before it")
	}
	return unavailablef("its answer is not that of Prometheus's HTTP API")
}
