package stats

import "math"

// trace is the share of a prior that is spread evenly: enough for evidence
// to find mass anywhere, too little to make a tail.
const trace = 1e-3

// prior returns first counts by slot and cell: the mixture of the windows
// that hold a slot, each a smooth curve through its knots, inside the slot's
// limits.
func (m *Model) prior(s *Series) []float64 {
	b := m.Grid.Len()
	x := make([]float64, len(s.N)*b)
	weight := make([]float64, len(s.N))
	f := make([]float64, b)
	for _, w := range append(append([]Window(nil), s.Windows...), m.Total...) {
		if len(w.Knots) < 2 || w.From > w.To || w.Prefix || (w.From == w.To && !w.Soft) {
			continue
		}
		a, c := m.Grid.curve(w.Knots, s.Lo[w.To], s.Hi[w.To], f)
		span := float64(w.To-w.From) + w.Head
		share := 1 / (span * span)
		for k := w.From; k <= w.To && k < len(s.N); k++ {
			if s.N[k] <= 0 {
				continue
			}
			row := x[k*b+a : k*b+c]
			for j, v := range f[a:c] {
				row[j] += share * v
			}
			weight[k] += share
		}
	}
	m.bells(s, x, weight)
	for k := range s.N {
		row := x[k*b : (k+1)*b]
		if s.N[k] <= 0 {
			clear(row)
			continue
		}
		// a little everywhere that the limits allow, even in log latency
		lo, hi := s.Lo[k], max(s.Lo[k], s.Hi[k])
		width := m.Grid.log[hi+1] - m.Grid.log[lo]
		sum := 0.0
		for j := range row {
			if j < lo || j > hi {
				row[j] = 0
				continue
			}
			e := (m.Grid.log[j+1] - m.Grid.log[j]) / width
			if weight[k] > 0 {
				row[j] = row[j]/weight[k] + trace*e
			} else {
				row[j] = e
			}
			sum += row[j]
		}
		for j := range row {
			row[j] *= s.N[k] / sum
		}
		m.lean(s, k, row)
	}
	return x
}

// smooth replaces each slot's distribution by that of its neighbourhood in
// time, the next prior: what one slot learnt from its windows it passes on.
func (m *Model) smooth(s *Series) {
	const reach = 4
	b := m.Grid.Len()
	out := make([]float64, len(s.x))
	spare := make([]float64, b+1)
	for k := range s.N {
		if s.N[k] <= 0 {
			continue
		}
		row := out[k*b : (k+1)*b]
		sum := 0.0
		for o := -reach; o <= reach; o++ {
			i := k + o
			if i < 0 || i >= len(s.N) || s.N[i] <= 0 {
				continue
			}
			w := 1 - math.Abs(float64(o))/(reach+1)
			for j := s.Lo[k]; j <= s.Hi[k]; j++ {
				v := w * s.x[i*b+j]
				row[j] += v
				sum += v
			}
		}
		if sum <= 0 {
			copy(row, s.x[k*b:(k+1)*b])
			continue
		}
		m.even(row, s.Lo[k], s.Hi[k], spare)
		sum = 0
		for _, v := range row {
			sum += v
		}
		for j := range row {
			row[j] *= s.N[k] / sum
		}
		m.lean(s, k, row)
	}
	copy(s.x, out)
}

// even smooths a row over the width of a bucket: nothing was seen within one,
// so that any structure there would be an artefact.
func (m *Model) even(row []float64, lo, hi int, prefix []float64) {
	g := m.Grid
	for range 2 {
		prefix[lo] = 0
		for j := lo; j <= hi; j++ {
			prefix[j+1] = prefix[j] + row[j]
		}
		for j := lo; j <= hi; j++ {
			half := (g.to[j] - g.from[j]) / 2
			if half == 0 {
				continue
			}
			a, c := max(lo, j-half), min(hi, j+half)+1
			row[j] = (prefix[c] - prefix[a]) * (g.edge[j+1] - g.edge[j]) / (g.edge[c] - g.edge[a])
		}
	}
}

// bells gives the slots that no window describes a log-normal distribution
// about the mean that they are known to have. One spread serves them all: the
// one with which they agree best with the longest prefix.
func (m *Model) bells(s *Series, x, weight []float64) {
	if s.Sum == nil {
		return
	}
	b := m.Grid.Len()
	mean := make([]float64, len(s.N)) // local; 0 where there is no need or no sum
	need := false
	for k := range s.N {
		if weight[k] > 0 || s.N[k] <= 0 {
			continue
		}
		n, sum := 0.0, 0.0
		for i := max(0, k-1); i <= min(len(s.N)-1, k+1); i++ {
			if !math.IsNaN(s.Sum[i]) {
				n, sum = n+s.N[i], sum+s.Sum[i]
			}
		}
		if n > 0 && sum > 0 {
			mean[k], need = sum/n, true
		}
	}
	if !need {
		return
	}
	var whole *Window
	for i := range s.Windows {
		if w := &s.Windows[i]; w.Prefix && (whole == nil || w.N > whole.N) {
			whole = w
		}
	}
	below := func(edge int, mean, spread float64) float64 {
		if edge >= b {
			return 1
		}
		z := (m.Grid.log[edge]-math.Log(mean))/spread + spread/2
		return 0.5 * math.Erfc(-z/math.Sqrt2)
	}
	spread, best := 0.6, math.Inf(1)
	if whole != nil {
		for _, try := range []float64{.1, .15, .25, .35, .5, .7, .9, 1.2, 1.6, 2} {
			miss := 0.0
			for _, q := range whole.Knots {
				at, under, n := 0.0, 0.0, 0.0
				for k := whole.From; k <= whole.To; k++ {
					if mean[k] > 0 {
						under += s.N[k] * below(q.From, mean[k], try)
						at += s.N[k] * below(q.To, mean[k], try)
						n += s.N[k]
					}
				}
				d := max(0, under/n-q.P, q.P-at/n)
				miss += d * d
			}
			if miss < best {
				spread, best = try, miss
			}
		}
	}
	for k := range s.N {
		if mean[k] <= 0 {
			continue
		}
		weight[k] = 1
		prev := 0.0
		for j := range b {
			f := below(j+1, mean[k], spread)
			x[k*b+j] = f - prev
			prev = f
		}
	}
}

// lean gives a prior the mean that slot k has, by a power of the latency:
// that moves a log-normal distribution as a whole, where the exponential tilt
// of the projection, meant for small corrections, would grow it a tail.
func (m *Model) lean(s *Series, k int, row []float64) {
	if s.Sum == nil || math.IsNaN(s.Sum[k]) || s.Sum[k] <= 0 || s.Lo[k] >= s.Hi[k] {
		return
	}
	g := m.Grid
	lo, hi := s.Lo[k], s.Hi[k]+1
	x, mid := row[lo:hi], g.mid[lo:hi]
	target := s.Sum[k] / s.N[k]
	logs, shift := g.mlog[lo:hi], math.Log(target)
	power, left, right := 0.0, -12.0, 12.0
	for range 12 {
		z, z1, zl, z1l := 0.0, 0.0, 0.0, 0.0
		for i, v := range x {
			if v == 0 {
				continue
			}
			l := logs[i] - shift
			w := v
			if power != 0 {
				w *= math.Exp(power * l)
			}
			z += w
			zl += w * l
			z1 += w * mid[i]
			z1l += w * mid[i] * l
		}
		mean := z1 / z
		if math.Abs(mean-target) < 5e-3*target {
			break
		}
		if mean > target {
			right = power
		} else {
			left = power
		}
		next := power - (mean-target)/(z1l/z-mean*zl/z)
		if !(next > left && next < right) {
			next = (left + right) / 2
		}
		power = next
	}
	if power == 0 {
		return
	}
	sum := 0.0
	for i, v := range x {
		if v != 0 {
			x[i] = v * math.Exp(power*(logs[i]-shift))
			sum += x[i]
		}
	}
	for i := range x {
		x[i] *= s.N[k] / sum
	}
}
