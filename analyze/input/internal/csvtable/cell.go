package csvtable

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// A Number is a cell that holds one, or none: NaN for N/A and for an empty
// cell, which are never zero.
type Number float64

// UnmarshalCSV reads a cell. It is gocsv's way in.
func (n *Number) UnmarshalCSV(cell string) error {
	v, err := ParseNumber(cell)
	*n = Number(v)
	return err
}

// ParseNumber reads a number; N/A and the empty cell are NaN.
func ParseNumber(cell string) (float64, error) {
	cell = strings.TrimSpace(cell)
	switch cell {
	case "", "N/A", "None", "nan", "NaN":
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) || strings.ContainsAny(cell, "xX_") {
		return math.NaN(), errors.New("is not a number")
	}
	return v, nil
}

// A Count is a cell that holds a whole number, zero or more.
type Count int64

// UnmarshalCSV reads a cell. An empty one is an error: a count is always
// known to its writer.
func (n *Count) UnmarshalCSV(cell string) error {
	v, err := strconv.ParseInt(strings.TrimSpace(cell), 10, 64)
	if err != nil || v < 0 {
		return errors.New("is not a whole number")
	}
	*n = Count(v)
	return nil
}
