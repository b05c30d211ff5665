package chart

import "math"

// Drawn is the most points that a line is drawn with.
const Drawn = 1200

// Downsample thins a line to about limit points and keeps what a reader looks
// for: of every stretch of equal length the first and last point, the lowest
// and the highest, and whether there is a gap (a point with a NaN Y). It is the M4
// aggregation of Jugel et al., "M4: A Visualization-Oriented Time Series Data
// Aggregation" (VLDB 2014), which draws as the whole line does when there is a
// stretch for every pixel.
func Downsample(points []Point, limit int) []Point {
	if len(points) <= limit || limit < 8 {
		return points
	}
	stretches := limit / 4
	from, width := points[0].X, (points[len(points)-1].X-points[0].X)/float64(stretches)
	if !(width > 0) {
		return points[:limit]
	}
	var thin []Point
	for start := 0; start < len(points); {
		k := int((points[start].X - from) / width)
		end := start + 1
		for end < len(points) && int((points[end].X-from)/width) == k {
			end++
		}
		thin = append(thin, telling(points[start:end])...)
		start = end
	}
	return thin
}

// telling returns the points of a stretch that its picture needs, in order.
func telling(stretch []Point) []Point {
	low, high, gap := -1, -1, -1
	for i, p := range stretch {
		switch {
		case math.IsNaN(p.Y):
			gap = i
			continue
		case low < 0 || p.Y < stretch[low].Y:
			low = i
		}
		if high < 0 || p.Y > stretch[high].Y {
			high = i
		}
	}
	var kept []Point
	for i, p := range stretch {
		if i == 0 || i == len(stretch)-1 || i == low || i == high || i == gap {
			kept = append(kept, p)
		}
	}
	return kept
}

// line makes a drawable line of a series with NaN for what is missing. Values
// that come every few seconds are joined; a gap that is much longer than the
// usual distance between values stays a gap.
func line(time, values []float64) []Point {
	var known []Point
	for i, y := range values {
		if i < len(time) && !math.IsNaN(y) && !math.IsInf(y, 0) {
			known = append(known, Point{time[i], y})
		}
	}
	if len(known) < 2 {
		return known
	}
	widest := 3*usualStep(known) + 1e-9
	joined := make([]Point, 0, len(known))
	for i, p := range known {
		if i > 0 && p.X-known[i-1].X > widest {
			joined = append(joined, Point{(p.X + known[i-1].X) / 2, math.NaN()})
		}
		joined = append(joined, p)
	}
	return Downsample(joined, Drawn)
}

// usualStep returns the median distance between neighbouring points.
func usualStep(points []Point) float64 {
	steps := make([]float64, 0, len(points)-1)
	for i := 1; i < len(points); i++ {
		steps = append(steps, points[i].X-points[i-1].X)
	}
	return median(steps)
}
