package locust

import (
	"math"
	"math/bits"
	"strconv"
)

// pow10 are the powers of ten that fit 64 bits.
var pow10 = [20]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// scanUint reads decimal digits at b[i:] and returns the number and the place
// after them. More than 18 digits are left alone (j is i).
// b must end with a byte that is no digit.
func scanUint(b []byte, i int) (n uint64, j int) {
	j = i
	for {
		c := b[j] - '0'
		if c > 9 {
			break
		}
		n = n*10 + uint64(c)
		j++
	}
	if j-i > 18 {
		return 0, i
	}
	return n, j
}

// scanFloat reads a plain decimal number at b[i:], digits with at most one
// point, and returns it correctly rounded with the place after it. What has
// another form is left alone (j is i): a sign, an exponent, more than 19 digits.
// b must end with a byte that is neither digit nor point.
func scanFloat(b []byte, i int) (f float64, j int) {
	j = i
	var m uint64
	for {
		c := b[j] - '0'
		if c > 9 {
			break
		}
		m = m*10 + uint64(c)
		j++
	}
	digits, places := j-i, 0
	if b[j] == '.' {
		j++
		point := j
		for {
			c := b[j] - '0'
			if c > 9 {
				break
			}
			m = m*10 + uint64(c)
			j++
		}
		places = j - point
		digits += places
	}
	if digits == 0 || digits > 19 {
		return 0, i
	}
	if m < 1<<53 && places <= 22 { // both are exact, so the quotient is rounded once
		if places == 0 {
			return float64(m), j
		}
		return float64(m) / float64(pow10[places]), j
	}
	if places == 0 {
		return float64(m), j
	}
	return quotient(m, pow10[places]), j
}

// quotient returns m/d correctly rounded, for m, d > 0: a 64-bit quotient of
// both numbers shifted to the top, its last bit standing for the remainder,
// rounded to 53 bits by the conversion. Ten bits to spare make that exact.
func quotient(m, d uint64) float64 {
	sm, sd := bits.LeadingZeros64(m), bits.LeadingZeros64(d)
	m <<= sm
	q, r := bits.Div64(m>>1, m<<63, d<<sd)
	if r != 0 {
		q |= 1
	}
	f := float64(q)
	// f·2^(sd-sm-63); far from the ends of the range, as m and d are.
	return math.Float64frombits(math.Float64bits(f) + uint64(int64(sd-sm-63))<<52)
}

// slowFloat reads any number a person or a spreadsheet may have written; N/A
// is NaN.
func slowFloat(cell []byte, comma bool) (float64, bool) {
	switch string(cell) {
	case "N/A", "":
		return math.NaN(), true
	}
	if comma {
		for k, c := range cell {
			if c == ',' {
				point := append([]byte(nil), cell...)
				point[k] = '.'
				cell = point
				break
			}
		}
	}
	for _, c := range cell {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(string(cell), 64)
	return f, err == nil
}
