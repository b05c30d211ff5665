package stats

import "math"

// Line fits y = a + b·x by weighted least squares. ok is false where the x do
// not differ.
func Line(x, y, weight []float64) (a, b float64, ok bool) {
	var sw, sx, sy float64
	for i := range x {
		sw += weight[i]
		sx += weight[i] * x[i]
		sy += weight[i] * y[i]
	}
	if sw <= 0 {
		return 0, 0, false
	}
	mx, my := sx/sw, sy/sw
	var sxx, sxy float64
	for i := range x {
		sxx += weight[i] * (x[i] - mx) * (x[i] - mx)
		sxy += weight[i] * (x[i] - mx) * (y[i] - my)
	}
	if sxx <= 1e-12*sw*(mx*mx+1e-12) {
		return my, 0, false
	}
	b = sxy / sxx
	return my - b*mx, b, true
}

// Monotone returns the non-decreasing sequence closest to y by weighted least
// squares (pool adjacent violators; Ayer et al. 1955).
func Monotone(y, weight []float64) []float64 {
	type block struct {
		sum, weight float64
		n           int
	}
	var blocks []block
	for i := range y {
		blocks = append(blocks, block{y[i] * weight[i], weight[i], 1})
		for k := len(blocks) - 1; k > 0 && blocks[k-1].sum*blocks[k].weight >= blocks[k].sum*blocks[k-1].weight; k-- {
			blocks[k-1] = block{blocks[k-1].sum + blocks[k].sum, blocks[k-1].weight + blocks[k].weight, blocks[k-1].n + blocks[k].n}
			blocks = blocks[:k]
		}
	}
	out := make([]float64, 0, len(y))
	for _, b := range blocks {
		v := math.NaN()
		if b.weight > 0 {
			v = b.sum / b.weight
		}
		for range b.n {
			out = append(out, v)
		}
	}
	return out
}
