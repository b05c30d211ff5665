// Package templates holds the built-in results document.
package templates

import _ "embed"

// Results is the built-in results document, a form in Markdown: what report
// fills without -d and what init writes. It must not be changed.
//
//go:embed results.md
var Results []byte
