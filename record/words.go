package record

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// errAnswer is what a target said, or why it said nothing, in words.
type errAnswer struct{ text string }

func (e errAnswer) Error() string { return e.text }

// inWords says why a target does not answer. Libraries' own texts name URLs,
// users and every address that was tried.
func inWords(err error) error {
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errAnswer{reason(err)}
}

func reason(err error) string {
	var (
		pg   *pgconn.PgError
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
		host x509.HostnameError
		timy interface{ Timeout() bool }
	)
	switch {
	case errors.As(err, &pg):
		return pg.Message
	case errors.As(err, &dns):
		return "there is no host " + dns.Name
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was lost"
	case errors.Is(err, syscall.ENOENT):
		return "there is no such socket"
	case errors.As(err, &cert), errors.As(err, &host):
		return "its TLS certificate is not trusted"
	case errors.As(err, &timy) && timy.Timeout():
		return "no answer in time"
	}
	text := err.Error()
	if strings.HasSuffix(text, "EOF") {
		return "the connection was lost"
	}
	// Only the innermost text: the outer ones quote what was asked.
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			break
		}
		err = inner
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}
