package postgres

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// number reads a cell that holds one; NaN if it does not.
func number(cell string) float64 {
	cell = strings.ReplaceAll(strings.TrimSpace(cell), ",", "") // to_char's groups
	if cell == "" || strings.Trim(cell, "0123456789.-+eE") != "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil || math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

var (
	intervalClock = regexp.MustCompile(`^(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)$`)
	intervalPart  = regexp.MustCompile(`^(-?\d+(?:\.\d+)?) ?(day|days|hour|hours|min|mins|minute|minutes|sec|secs|second|seconds)$`)
)

// interval reads PostgreSQL's interval in seconds, in the styles postgres and
// postgres_verbose: "00:00:01.5", "1 day 02:03:04", "@ 1 min 2.5 secs".
func interval(cell string) float64 {
	cell = strings.TrimSpace(cell)
	seconds, any := 0.0, false
	words := strings.Fields(strings.TrimPrefix(cell, "@ "))
	for i := 0; i < len(words); i++ {
		if m := intervalClock.FindStringSubmatch(words[i]); m != nil {
			h, _ := strconv.ParseFloat(m[2], 64)
			minutes, _ := strconv.ParseFloat(m[3], 64)
			s, _ := strconv.ParseFloat(m[4], 64)
			v := 3600*h + 60*minutes + s
			if m[1] != "" {
				v = -v
			}
			seconds, any = seconds+v, true
			continue
		}
		if i+1 == len(words) {
			return math.NaN()
		}
		m := intervalPart.FindStringSubmatch(words[i] + " " + words[i+1])
		if m == nil {
			return math.NaN()
		}
		n, _ := strconv.ParseFloat(m[1], 64)
		seconds, any = seconds+n*unitSeconds(m[2]), true
		i++
	}
	if !any || math.IsInf(seconds, 0) {
		return math.NaN()
	}
	return seconds
}

func unitSeconds(word string) float64 {
	switch word[0] {
	case 'd':
		return 86400
	case 'h':
		return 3600
	case 'm':
		return 60
	}
	return 1
}

// duration reads a cell of a column whose name may say the unit: an interval,
// or a number in seconds, or in ms where the name ends so. A number in a column
// that does not say its unit is none.
func duration(column, cell string) float64 {
	v := number(cell)
	switch {
	case math.IsNaN(v):
		return interval(cell)
	case strings.HasSuffix(column, "_ms") || strings.HasSuffix(column, "_millis") || strings.HasSuffix(column, "_milliseconds"):
		return v / 1e3
	case strings.HasSuffix(column, "_s") || strings.HasSuffix(column, "_sec") || strings.HasSuffix(column, "_secs") || strings.HasSuffix(column, "_seconds"):
		return v
	}
	return math.NaN()
}
