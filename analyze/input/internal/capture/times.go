package capture

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ParseTime reads a time as people and tools write it: ISO 8601 with or
// without a zone ("2026-11-23T18:40:18Z", "2026-11-23 18:40:18.5+01"), date's
// output ("Mon Nov 23 18:40:18 UTC 2026", "Mon 23 Nov 2026 06:40:18 PM CET",
// "Mon, 23 Nov 2026 18:40:18 +0100"), or Unix seconds or milliseconds. It
// returns Unix seconds. local says that the zone is not known, as nothing or
// an abbreviation that several zones share was given: unix is then what the
// clock showed, as if it were UTC.
func ParseTime(text string) (unix float64, local, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) < 10 || len(text) > 64 {
		return 0, false, false
	}
	if unix, ok = epoch(text); ok {
		return unix, false, true
	}
	if unix, local, ok = iso(text); ok {
		return unix, local, true
	}
	if unix, local, ok = digitsTime(text); ok {
		return unix, local, true
	}
	return dateOutput(text)
}

// The years that an epoch may be of: 2001 to 2096. A smaller or larger number
// on a line of its own is a figure.
const (
	firstEpoch = 1e9
	lastEpoch  = 4e9
)

func epoch(text string) (float64, bool) {
	if strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	whole, _, _ := strings.Cut(text, ".")
	switch {
	case err != nil:
	case len(whole) == 10 && v >= firstEpoch && v < lastEpoch:
		return v, true
	case len(whole) == 13 && v >= firstEpoch*1e3 && v < lastEpoch*1e3:
		return v / 1e3, true
	case len(text) == 19 && v >= firstEpoch*1e9 && v < lastEpoch*1e9: // date +%s%N
		return v / 1e9, true
	}
	return 0, false
}

var isoTime = regexp.MustCompile(`^(\d{4})[-/](\d\d)[-/](\d\d)[T _](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?)?$`)

func iso(text string) (unix float64, local, ok bool) {
	m := isoTime.FindStringSubmatch(text)
	if m == nil {
		return 0, false, false
	}
	var n [6]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	return instant(n[0], n[1], n[2], n[3], n[4], n[5], m[7], m[8])
}

// instant puts a time together; fraction are the digits after the point.
func instant(year, month, day, hour, minute, second int, fraction, zone string) (unix float64, local, ok bool) {
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if month < 1 || month > 12 || t.Day() != day || hour > 23 || minute > 59 || second > 60 || year < 2000 {
		return 0, false, false
	}
	unix = float64(t.Unix())
	if fraction != "" {
		f, err := strconv.ParseFloat("0."+fraction, 64)
		if err != nil {
			return 0, false, false
		}
		unix += f
	}
	offset, known := zoneOffset(zone)
	return unix - offset, !known, true
}

// zoneOffset returns seconds east of Greenwich. Of the abbreviations only
// those of universal time mean one thing: IST is India's, Israel's and
// Ireland's.
func zoneOffset(zone string) (seconds float64, known bool) {
	switch zone {
	case "Z", "UTC", "GMT", "UT":
		return 0, true
	case "":
		return 0, false
	}
	if zone[0] != '+' && zone[0] != '-' {
		return 0, false
	}
	digits := strings.ReplaceAll(zone[1:], ":", "")
	if len(digits) == 2 {
		digits += "00"
	}
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) != 4 || n%100 > 59 || n/100 > 14 {
		return 0, false
	}
	seconds = float64(n/100*3600 + n%100*60)
	if zone[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

var (
	clockTime = regexp.MustCompile(`^(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))?$`)
	zoneName  = regexp.MustCompile(`^(?:[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?)$`)
)

// dateOutput reads what date prints, in whatever order its locale puts the
// parts: each of them is told by its looks.
func dateOutput(text string) (unix float64, local, ok bool) {
	var year, month, day, hour, minute, second int
	var fraction, zone, half string
	var clock bool
	parts := strings.Fields(strings.ReplaceAll(text, ",", " "))
	if len(parts) < 4 || len(parts) > 7 {
		return 0, false, false
	}
	if isWeekday(parts[0]) && (monthOf(parts[0]) == 0 || monthOf(parts[1]) > 0 || monthOf(parts[2]) > 0) {
		parts = parts[1:]
	}
	for _, p := range parts {
		lower := strings.ToLower(p)
		n, err := strconv.Atoi(strings.TrimSuffix(p, "."))
		m := clockTime.FindStringSubmatch(p)
		switch {
		case m != nil && !clock:
			hour, _ = strconv.Atoi(m[1])
			minute, _ = strconv.Atoi(m[2])
			second, _ = strconv.Atoi(m[3])
			fraction, clock = m[4], true
		case month == 0 && monthOf(p) > 0:
			month = monthOf(p)
		case (lower == "am" || lower == "pm") && half == "" && clock:
			half = lower
		case err == nil && len(p) == 4 && year == 0 && p[0] != '+' && p[0] != '-':
			year = n
		case err == nil && n >= 1 && n <= 31 && day == 0 && p[0] != '+' && p[0] != '-':
			day = n
		case zone == "" && clock && zoneName.MatchString(p):
			zone = p
		default:
			return 0, false, false
		}
	}
	if !clock || year == 0 || month == 0 || day == 0 {
		return 0, false, false
	}
	if half != "" {
		if hour < 1 || hour > 12 {
			return 0, false, false
		}
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	return instant(year, month, day, hour, minute, second, fraction, zone)
}

var (
	timeLabel = regexp.MustCompile(`^(?i:date|time|timestamp|sample|at)\s*(?:[:=]\s*|\s+)`)
	psqlWatch = regexp.MustCompile(`^(?:.*\t)?(.*?)\s*\(\pL+ [0-9.]+ ?s\)$`) // after a title; every, alle, chaque, cada
	watchHead = regexp.MustCompile(`^Every [0-9.,]+s: .*?\s(?:\S+: )?((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) .+)$`)
)

// A lineTime is what a line with a time says.
type lineTime struct {
	unix  float64
	local bool
	bare  bool // a number alone, which might be a figure
}

// timeLine reports whether a line has nothing but a time on it, but for
// decoration ("=== 2026-11-23T18:40:18Z ==="), a label, or what psql's \watch
// and watch put beside it.
func timeLine(line string) (lineTime, bool) {
	text := strings.TrimSpace(line)
	if len(text) < 10 || len(text) > 400 || !hasDigits(text) {
		return lineTime{}, false
	}
	if m := watchHead.FindStringSubmatch(text); m != nil {
		text = m[1]
	} else if m := psqlWatch.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	_, bare := epoch(text)
	text = strings.Trim(text, "=-#*<>[]()~_|:\"' \t")
	text = timeLabel.ReplaceAllString(text, "")
	unix, local, ok := ParseTime(text)
	if !ok {
		return lineTime{}, false
	}
	return lineTime{unix: unix, local: local, bare: bare}, !math.IsNaN(unix)
}

// hasDigits is a quick way out: a time has six of them.
func hasDigits(text string) bool {
	n := 0
	for i := 0; i < len(text); i++ {
		if text[i] >= '0' && text[i] <= '9' {
			if n++; n == 6 {
				return true
			}
		}
	}
	return false
}
