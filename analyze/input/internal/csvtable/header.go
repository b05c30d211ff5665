// Package csvtable reads small CSV files whose columns are known by name:
// it checks the header, hands the cells to gocsv and gives every error its
// file, line, column and column name.
package csvtable

import (
	"fmt"
	"strings"
)

// A Column is one that a reader knows.
type Column struct {
	Name     string   // as gocsv's struct tags name it
	Aliases  []string // other spellings, by other versions of the writer
	Optional bool
}

// A Header says where the known columns are in a file.
type Header struct {
	Cells   []string // as in the file, trimmed
	Known   []int    // for each cell the index of its Column, or -1
	Unknown []string // cells that are neither known nor wanted
}

// Match finds the columns in a header. wanted says whether a cell that is no
// known column is nevertheless of use (a percentile). A missing or a repeated
// column is an error.
func Match(file string, cells []string, columns []Column, wanted func(cell string) bool) (Header, error) {
	h := Header{Cells: make([]string, len(cells)), Known: make([]int, len(cells))}
	at := make([]int, len(columns))
	for i := range at {
		at[i] = -1
	}
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		h.Cells[i], h.Known[i] = cell, -1
		k := find(columns, cell)
		switch {
		case k >= 0 && at[k] >= 0:
			return h, &Error{File: file, Line: 1, Field: cell,
				Problem: fmt.Sprintf("stands twice in the header (columns %d and %d); remove one", at[k]+1, i+1)}
		case k >= 0:
			at[k], h.Known[i] = i, k
		case cell != "" && (wanted == nil || !wanted(cell)):
			h.Unknown = append(h.Unknown, cell)
		}
	}
	var missing []string
	for k, c := range columns {
		if at[k] < 0 && !c.Optional {
			missing = append(missing, fmt.Sprintf("%q", c.Name)+suggestion(c, h.Unknown))
		}
	}
	if missing != nil {
		return h, &Error{File: file, Line: 1,
			Problem: "the header lacks " + strings.Join(missing, ", ") + "; is this file as Locust wrote it?"}
	}
	return h, nil
}

// Has reports whether the header has the known column k.
func (h Header) Has(k int) bool {
	for _, known := range h.Known {
		if known == k {
			return true
		}
	}
	return false
}

func find(columns []Column, cell string) int {
	for k, c := range columns {
		if strings.EqualFold(c.Name, cell) {
			return k
		}
		for _, a := range c.Aliases {
			if strings.EqualFold(a, cell) {
				return k
			}
		}
	}
	return -1
}

// suggestion names the unknown cell that is most like the column.
func suggestion(c Column, unknown []string) string {
	best, least := "", 4 // more than three edits is another word
	for _, u := range unknown {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if d := distance(strings.ToLower(u), strings.ToLower(name)); d < least && d*2 < len(name) {
				best, least = u, d
			}
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (it has %q)", best)
}

// distance is the number of single-character edits between two words
// (Levenshtein 1966), by the usual two rows.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
