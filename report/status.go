package report

import (
	"regexp"
	"strings"

	"github.com/peakload/peakload/analyze"
	"github.com/peakload/peakload/report/form"
)

// The words of statuses that are not an analyze type's.
const (
	textNotMeasured = "➖ Not measured"
	textNoTarget    = "➖ No target"
	textNoneFound   = "None found"
)

// statusText is icon and word, so that neither colour nor font decides whether
// a verdict is understood.
func statusText(s analyze.Status) string {
	switch s {
	case analyze.Pass:
		return "✅ Pass"
	case analyze.Fail:
		return "❌ Fail"
	case analyze.Borderline:
		return "⚠️ Borderline"
	}
	return textNotMeasured
}

func yesNoText(a analyze.YesNo) string {
	switch a {
	case analyze.Yes:
		return "✅ Yes"
	case analyze.No:
		return "❌ No"
	}
	return textNotMeasured
}

func limitText(s analyze.LimitStatus) string {
	switch s {
	case analyze.LimitActive:
		return "✅ Active"
	case analyze.LimitNotTriggered:
		return "➖ Not triggered"
	case analyze.LimitIneffective:
		return "❌ Ineffective"
	}
	return textNotMeasured
}

// resourceText is the status of a row of the resource tables.
func resourceText(s analyze.ResourceStatus) string {
	switch s {
	case analyze.ResourceOK:
		return "✅ OK"
	case analyze.ResourceHigh:
		return "⚠️ High"
	case analyze.ResourceSaturated:
		return "❌ Saturated"
	}
	return textNotMeasured
}

// because appends a reason that may hold outside text.
func because(status, why string) string {
	if why == "" {
		return status
	}
	return status + " — " + form.Escape(clause(why))
}

// clause is a sentence as it stands behind a dash or a colon: without its full
// stop, and small where its first word is no name.
func clause(text string) string {
	text = strings.TrimSuffix(strings.TrimSpace(text), ".")
	first, rest, more := strings.Cut(text, " ")
	switch first {
	case "No", "The", "A", "An", "All", "Every", "One", "From", "At", "In", "There", "It", "Of":
		if more {
			return strings.ToLower(first) + " " + rest
		}
	}
	return text
}

// plainName is a file, an address or a command of harmless characters.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_./:,=+-]+$`)

// code shows a file's name or the like as code, which needs no escapes to be
// readable in the Markdown itself.
func code(text string) string {
	if plainName.MatchString(text) {
		return "`" + text + "`"
	}
	return form.Escape(text)
}

// address is a host's address as people write it, when it is nothing else.
var address = regexp.MustCompile(`^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9/.-]*)?$`)

func addressText(text string) string {
	if address.MatchString(text) {
		return text
	}
	return form.Escape(text)
}
