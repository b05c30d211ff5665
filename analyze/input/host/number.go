package host

import (
	"math"
	"strconv"
	"strings"
)

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
	tib = 1 << 40
)

// number reads a number as the tools print it, with a decimal point or comma;
// step is the unit of its last digit.
func number(s string) (v, step float64, ok bool) {
	if s == "" || len(s) > 32 || strings.Trim(s, "0123456789.,") != "" {
		return 0, 0, false
	}
	s = strings.Replace(s, ",", ".", 1)
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, 0, false
	}
	step = 1
	if i := strings.IndexByte(s, '.'); i >= 0 {
		step = math.Pow10(-(len(s) - i - 1))
	}
	return v, step, true
}

// percent reads a percentage, with or without its sign, as a ratio.
func percent(s string) (v, step float64, ok bool) {
	v, step, ok = number(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	return v / 100, step / 100, ok
}

// A sizing says what the units of sizes mean where they leave it open.
type sizing struct {
	plain  float64 // bytes of a number without unit; 0: such a number is no size
	letter float64 // 1024 or 1000: what "k" alone means
}

// read reads a size: "23Gi", "1.2g", "12.3MiB", "45kB". A unit with an i is
// binary and one with a B but no i decimal, as docker, podman and Kubernetes
// write them.
func (z sizing) read(s string) (v, step float64, ok bool) {
	s = strings.TrimSpace(s)
	end := strings.LastIndexAny(s, "0123456789.,") + 1
	v, step, ok = number(s[:end])
	if !ok {
		return 0, 0, false
	}
	unit := strings.ToLower(strings.TrimSpace(s[end:]))
	scale := z.plain
	if unit != "" && unit != "b" {
		power := strings.IndexByte("kmgtpe", unit[0]) + 1
		base := z.letter
		switch unit[1:] {
		case "":
		case "i", "ib":
			base = 1024
		case "b":
			base = 1000
		default:
			return 0, 0, false
		}
		if power == 0 {
			return 0, 0, false
		}
		scale = math.Pow(base, float64(power))
	} else if unit == "b" {
		scale = 1
	}
	return v * scale, step * scale, scale > 0
}
