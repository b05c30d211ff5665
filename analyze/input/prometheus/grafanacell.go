package prometheus

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A panelCell is a cell of a panel: its value in base units but for percent,
// which stay, and the kind of unit that it was written with.
type panelCell struct {
	value, step float64
	unit        string // words: "percent", "bytes", "seconds", "per second", "bytes per second"; "" none
	empty       bool
}

var cellText = regexp.MustCompile(`^([-+]?[0-9][0-9.,' ]*(?:[eE][-+]?\d+)?|[-+]?\.\d+) ?(.*)$`)

// cellUnits are Grafana's units as it writes them, with what they are worth.
var cellUnits = map[string]struct {
	scale float64
	unit  string
}{
	"": {1, ""}, "K": {1e3, ""}, "Mil": {1e6, ""}, "Bil": {1e9, ""},
	"%":  {1, "percent"},
	"ns": {1e-9, "seconds"}, "µs": {1e-6, "seconds"}, "μs": {1e-6, "seconds"}, "us": {1e-6, "seconds"}, "ms": {1e-3, "seconds"}, "s": {1, "seconds"},
	"min": {60, "seconds"}, "mins": {60, "seconds"}, "m": {60, "seconds"}, "hour": {3600, "seconds"}, "hours": {3600, "seconds"}, "h": {3600, "seconds"},
	"day": {86400, "seconds"}, "days": {86400, "seconds"}, "d": {86400, "seconds"},
	"B": {1, "bytes"}, "b": {.125, "bytes"},
	"kB": {1e3, "bytes"}, "KB": {1e3, "bytes"}, "MB": {1e6, "bytes"}, "GB": {1e9, "bytes"}, "TB": {1e12, "bytes"},
	"KiB": {1 << 10, "bytes"}, "kiB": {1 << 10, "bytes"}, "MiB": {1 << 20, "bytes"}, "GiB": {1 << 30, "bytes"}, "TiB": {1 << 40, "bytes"},
	"cores": {1, "cores"}, "mcores": {1e-3, "cores"},
}

// countsPerSecond are the words that Grafana puts before "/s" for things that
// are counted.
var countsPerSecond = map[string]float64{"req": 1, "ops": 1, "c": 1, "rd": 1, "wr": 1, "p": 1, "r": 1, "q": 1, "K": 1e3,
	"K req": 1e3, "K ops": 1e3, "K c": 1e3, "Mil req": 1e6, "Mil ops": 1e6}

// cellOf reads a cell; comma says that it may have a decimal comma.
func cellOf(text string, comma bool) (panelCell, bool) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\u00a0", " "))
	switch strings.ToLower(text) {
	case "", "null", "undefined", "nan", "-", "no data", "n/a":
		return panelCell{empty: true}, false
	}
	m := cellText.FindStringSubmatch(text)
	if m == nil {
		return panelCell{}, false
	}
	digits := strings.ReplaceAll(strings.ReplaceAll(m[1], " ", ""), "'", "")
	if comma && strings.Count(digits, ",") == 1 && !strings.Contains(digits, ".") {
		digits = strings.Replace(digits, ",", ".", 1)
	}
	if strings.Contains(digits, ",") {
		if !groups.MatchString(digits) {
			return panelCell{}, false
		}
		digits = strings.ReplaceAll(digits, ",", "")
	}
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(v, 0) {
		return panelCell{}, false
	}
	c := panelCell{value: v}
	unit := strings.TrimSpace(m[2])
	scale, name := 0.0, ""
	if u, ok := cellUnits[unit]; ok {
		scale, name = u.scale, u.unit
	} else if base, ok := strings.CutSuffix(unit, "/s"); ok {
		if n, ok := countsPerSecond[base]; ok {
			scale, name = n, "per second"
		} else if u, ok := cellUnits[base]; ok && u.unit == "bytes" {
			scale, name = u.scale, "bytes per second"
		}
	} else if unit == "rps" || unit == "reqps" || unit == "cps" {
		scale, name = 1, "per second"
	}
	if scale == 0 {
		return panelCell{}, false
	}
	c.value, c.unit = v*scale, name
	if name != "" || scale != 1 { // formatted for the eye: as many digits as are shown
		c.step = scale
		if i := strings.IndexByte(digits, '.'); i >= 0 && !strings.ContainsAny(digits, "eE") {
			c.step = scale * math.Pow10(-(len(digits) - i - 1))
		}
	}
	return c, true
}

// groups is a number with a comma before each three digits.
var groups = regexp.MustCompile(`^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$`)
