package record

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Secrets are the texts that must reach no output: passwords and tokens of
// the targets. Libraries put URLs and connection strings into their errors.
type Secrets struct{ texts []string }

// mask stands where a secret stood.
const mask = "***"

// Add keeps a text secret, as it is and as URLs and Go's %q write it.
func (s *Secrets) Add(text string) {
	if text == "" {
		return
	}
	for _, t := range []string{text, url.QueryEscape(text), url.PathEscape(text), url.UserPassword("", text).String()[1:]} {
		if t != "" && !slices.Contains(s.texts, t) {
			s.texts = append(s.texts, t)
		}
	}
	// The longest first: one secret may be a part of another.
	slices.SortStableFunc(s.texts, func(a, b string) int { return len(b) - len(a) })
}

// AddURL keeps secret what a URL or a connection string holds of secrets: the
// password, and parameters whose names say that they are secret.
func (s *Secrets) AddURL(text string) {
	s.AddRaw(text)
	u, err := url.Parse(text)
	if err != nil {
		return
	}
	if password, ok := u.User.Password(); ok {
		s.Add(password)
	} else if u.User != nil && (u.Scheme == "http" || u.Scheme == "https") {
		s.Add(u.User.Username()) // a token alone
	}
	for name, values := range u.Query() {
		if secretName.MatchString(name) {
			for _, v := range values {
				s.Add(v)
			}
		}
	}
}

var (
	secretName = regexp.MustCompile(`(?i)pass|pwd|secret|token|key|auth|sig|credential`)
	// A password of a URL, even of one that is no URL: up to the last @ before
	// white space.
	userinfo = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)([^\s/@:]*):([^\s"']*)@`)
	// key='value' of a connection string.
	assigned = regexp.MustCompile(`(?i)\b(password|passwd|pwd|sslpassword|token|secret)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)`)
)

// AddRaw keeps secret what looks like a password in a text that need not be a
// URL.
func (s *Secrets) AddRaw(text string) {
	for _, m := range userinfo.FindAllStringSubmatch(text, -1) {
		s.Add(m[3])
	}
	for _, m := range assigned.FindAllStringSubmatch(text, -1) {
		s.Add(strings.Trim(m[2], "'"))
	}
}

// Hide returns a text without the secrets, and without what looks like the
// password of a URL.
func (s *Secrets) Hide(text string) string {
	if s != nil {
		for _, secret := range s.texts {
			text = strings.ReplaceAll(text, secret, mask)
		}
	}
	return HidePasswords(text)
}

// HidePasswords masks what looks like a password in a URL or a connection
// string.
func HidePasswords(text string) string {
	text = userinfo.ReplaceAllString(text, "${1}${2}:"+mask+"@")
	return assigned.ReplaceAllString(text, "${1}="+mask)
}
