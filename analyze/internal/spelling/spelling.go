// Package spelling finds the name that a misspelt one was meant to be.
package spelling

import "strings"

// Nearest returns the one of names that word was probably meant to be, or ""
// when none is near: at most a third of its letters may differ.
func Nearest(word string, names []string) string {
	best, nearest := "", 0
	for _, n := range names {
		if len(word) > 64 || len(n) > 64 {
			continue
		}
		d := distance(strings.ToLower(word), strings.ToLower(n))
		if d*3 <= max(len(n), 3) && (best == "" || d < nearest) {
			best, nearest = n, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to make a of b (Damerau's, restricted to one edit a place).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		next := make([]int, len(y)+1)
		next[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(y)]
}
