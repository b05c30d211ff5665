package csvtable

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Text returns file contents as UTF-8: a byte order mark is dropped, UTF-16
// (a redirection by PowerShell) converted, and what is not UTF-8 is taken for
// Windows-1252, the encoding Locust writes in on a western Windows. foreign
// reports the last.
func Text(b []byte) (text []byte, foreign bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		if t, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(b); err == nil {
			return t, false
		}
	}
	if utf8.Valid(b) {
		return b, false
	}
	return []byte(Windows1252(b)), true
}

// Windows1252 decodes bytes that are not UTF-8. Every byte has a meaning or
// becomes U+FFFD.
func Windows1252(b []byte) string {
	t, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return string(bytes.ToValidUTF8(b, []byte("\uFFFD")))
	}
	return string(t)
}

// Delimiter returns the character that separates cells, from the header
// line: a spreadsheet in half of Europe saves with semicolons.
func Delimiter(header []byte) byte {
	if bytes.Count(header, []byte{';'}) > bytes.Count(header, []byte{','}) {
		return ';'
	}
	return ','
}
