package stats

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
