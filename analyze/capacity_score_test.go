package analyze

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/peakload/peakload/analyze/capacity"
	"github.com/peakload/peakload/analyze/input/locust"
	sim "github.com/peakload/peakload/analyze/internal/simulate"
	"github.com/peakload/peakload/analyze/loadtest"
	"github.com/peakload/peakload/analyze/plan"
)

var (
	scored   = flag.Bool("score", false, "print the score of the capacity analysis on simulated systems")
	seed     = flag.Uint64("seed", 1, "of the simulated systems")
	systemsN = flag.Int("systems", 100, "how many")
	worst    = flag.Int("worst", 0, "list so many of the worst cases of each table")
	onlyKind = flag.String("kind", "", "only systems of this kind")
	onlyHard = flag.Bool("hard", false, "only loads near the breaking load")
	step     = flag.Float64("step", 45, "s of a step of the staircase; the ramp is as much longer")
)

// A trial is a load test of a simulated system and what was made of it.
type trial struct {
	system sim.System
	truth  sim.Truth
	most   int
	result capacity.Result
}

func (t trial) broken() bool    { return float64(t.most) >= t.truth.Break }
func (t trial) saturated() bool { return float64(t.most) > 1.1*t.truth.Knee }

// analyzeHistory runs the analysis on a simulated test.
func analyzeHistory(csv []byte) *context {
	h, notes, err := locust.ReadHistory(bytes.NewReader(csv), "sim_stats_history.csv")
	if err != nil {
		panic(err)
	}
	c := newContext(&loadtest.Run{Label: "sim", Tool: "locust", History: h, Notes: notes}, &plan.Plan{Count429: plan.As429Error})
	c.stability = stability(c)
	return c
}

// each calls f for every system on all processors.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				f(i)
			}
		}()
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

func trials(seed uint64, n int, hard bool) map[string][]trial {
	shapes := []string{"staircase", "ramp", "fast"}
	out := map[string][]trial{}
	for _, s := range shapes {
		out[s] = make([]trial, n)
	}
	each(n, func(i int) {
		s := sim.Draw(seed, i)
		truth := sim.FindTruth(s, sim.Objective, seed)
		r := rand.New(rand.NewPCG(seed, uint64(i)+0x10ad))
		most := 0.0
		switch u := r.Float64(); {
		case hard:
			most = truth.Break * (.85 + .45*u)
		case i%3 != 2:
			most = truth.Break * (1.3 + 1.5*u)
		default:
			most = math.Min(truth.Break, truth.Knee) * (.35 + .5*u)
		}
		n := max(8, int(math.Round(most)))
		loads := map[string]sim.Load{
			"staircase": sim.Staircase(n, 8, *step), "ramp": sim.Ramp(n, 400/45.**step, 20/45.**step), "fast": sim.Ramp(n, 20, 280),
		}
		for k, shape := range shapes {
			rec := sim.Run(s, loads[shape], seed+uint64(k), 0)
			c := analyzeHistory(sim.History(rec, sim.Output{Seed: seed ^ uint64(i)}))
			run, _, _ := c.capacityRun()
			out[shape][i] = trial{s, truth, n, capacity.Analyze(run)}
		}
	})
	return out
}

// A table scores one figure.
type table struct {
	name           string
	errs           []float64
	missed, truths int
	false_, clean  int
	covered, width float64
	ranged         int
	// of those missed and falsely claimed: how often the run's highest load kept,
	// and missed, the targets by its own requests
	kept, own int
	lines     []struct {
		off  float64
		text string
	}
}

func (s *table) add(t trial, should bool, claimed bool, r capacity.Range, truth float64) {
	if should {
		s.truths++
	} else {
		s.clean++
	}
	switch {
	case should && !claimed:
		s.missed++
		s.kept += 1 - missedAtTop(t)
		s.line(2, fmt.Sprintf("MISSED %s", ofTrial(t)))
	case !should && claimed:
		s.false_++
		s.own += missedAtTop(t)
		s.line(3, fmt.Sprintf("FALSE %.1f %s", r.Value, ofTrial(t)))
	case should:
		e := r.Value/truth - 1
		s.errs = append(s.errs, e)
		s.line(math.Abs(e), fmt.Sprintf("%+.1f%% %.1f (%.1f-%.1f) truth %.1f %s", 100*e, r.Value, r.Low, r.High, truth, ofTrial(t)))
		s.ranged++
		if r.Low <= truth && truth <= r.High {
			s.covered++
		}
		s.width += (r.High - r.Low) / truth
	}
}

// missedAtTop is 1 where the highest load of the run missed a target.
func missedAtTop(t trial) int {
	if ps := t.result.Points; len(ps) > 0 && ps[len(ps)-1].Broken {
		return 1
	}
	return 0
}

func (s *table) line(off float64, text string) {
	s.lines = append(s.lines, struct {
		off  float64
		text string
	}{off, text})
}

func ofTrial(t trial) string {
	s := t.system
	return fmt.Sprintf("#%d %s c=%d S=%.3f cv2=%.2g Z=%.2f X=%.1f room=%d θ=%.3f to=%.1f | X* %.1f N* %.0f N_b %.0f most %d Ẑ %.2f shape %d",
		s.ID, s.Kind, s.Workers, s.Service, s.CV2, s.Think, s.Analytic(), s.Room, s.Theta, s.Timeout, t.truth.Capacity, t.truth.Knee, t.truth.Break, t.most, t.result.Think.Value, t.result.Shape)
}

func (s *table) String() string {
	abs := make([]float64, len(s.errs))
	within := func(x float64) float64 {
		n := 0
		for _, e := range s.errs {
			if math.Abs(e) <= x {
				n++
			}
		}
		return 100 * float64(n) / float64(max(1, len(s.errs)))
	}
	for i, e := range s.errs {
		abs[i] = math.Abs(e)
	}
	sort.Float64s(abs)
	signed := append([]float64(nil), s.errs...)
	sort.Float64s(signed)
	at := func(x []float64, p float64) float64 {
		if len(x) == 0 {
			return math.NaN()
		}
		return 100 * x[min(len(x)-1, int(p*float64(len(x))))]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s med|e| %5.2f%%  <=10%% %5.1f%%  <=20%% %5.1f%%  bias %+5.2f%%  p90 %5.1f%%  missed %d/%d (%d held there)  false %d/%d (%d missed there)  cover %.1f%% width %.1f%%\n",
		s.name, at(abs, .5), within(.1), within(.2), at(signed, .5), at(abs, .9), s.missed, s.truths, s.kept, s.false_, s.clean, s.own,
		100*s.covered/float64(max(1, s.ranged)), 100*s.width/float64(max(1, s.ranged)))
	sort.SliceStable(s.lines, func(i, j int) bool { return s.lines[i].off > s.lines[j].off })
	for i, l := range s.lines {
		if i < *worst {
			fmt.Fprintf(&b, "    %s\n", l.text)
		}
	}
	return b.String()
}

// spike is a recovery experiment: half the knee's users, a minute far beyond
// the breaking load, and back.
type spike struct {
	truth float64 // s; NaN never
	found capacity.Recovery
	text  string
}

func spikes(seed uint64, n int) []spike {
	out := make([]spike, n)
	each(n, func(i int) {
		s := sim.Draw(seed+7, i)
		truth := sim.FindTruth(s, sim.Objective, seed)
		r := rand.New(rand.NewPCG(seed, uint64(i)+0x5b1ce))
		base, peak := max(2, int(.5*truth.Knee)), int(truth.Break*(1.3+2*r.Float64()))
		rec := sim.Run(s, sim.Spike(base, max(peak, base+2), 60, 60, 180), seed, 0)
		run, _, _ := analyzeHistory(sim.History(rec, sim.Output{Seed: seed ^ uint64(i)})).capacityRun()
		out[i] = spike{sim.RecoveryTime(rec, sim.Objective, 120, 15), capacity.Analyze(run).Recovery,
			fmt.Sprintf("#%d %s base %d peak %d", i, s.Kind, base, peak)}
	})
	return out
}

// recoveryScore sums spikes up: the 90th percentile of the error in s, and how
// often the truth lay in the limits, of those that recovered.
func recoveryScore(all []spike) (p90, covered float64, text string) {
	var off, signed []float64
	in, agreed, wrong := 0, 0, 0
	for _, x := range all {
		if math.IsNaN(x.truth) || x.found.Outcome != capacity.Recovered {
			if math.IsNaN(x.truth) == (x.found.Outcome != capacity.Recovered) || x.found.Outcome == capacity.NothingBroke && x.truth == 0 {
				agreed++
			} else {
				wrong++
			}
			continue
		}
		e := x.found.Seconds.Value - x.truth
		off, signed = append(off, math.Abs(e)), append(signed, e)
		if x.found.Seconds.Low-.01 <= x.truth && x.truth <= x.found.Seconds.High+.01 {
			in++
		}
	}
	if len(off) == 0 {
		return math.NaN(), math.NaN(), "no system recovered"
	}
	sort.Float64s(off)
	sort.Float64s(signed)
	p90, covered = off[len(off)*9/10], float64(in)/float64(len(off))
	return p90, covered, fmt.Sprintf("recovery: %d scored, |error| median %.1f s p90 %.1f s, signed p5 %+.1f median %+.1f p95 %+.1f, limits hold %.1f%%; unrecovered or unbroken agreed %d, disagreed %d\n",
		len(off), off[len(off)/2], p90, signed[len(signed)/20], signed[len(signed)/2], signed[len(signed)*19/20], 100*covered, agreed, wrong)
}

// The small sample that every test run takes, with bounds that only a broken
// method passes.
func TestCapacityOfSimulatedSystems(t *testing.T) {
	for shape, all := range trials(4, 12, false) {
		if shape == "fast" {
			continue
		}
		br := &table{}
		for _, x := range all {
			br.add(x, x.broken(), x.result.Breaking.Outcome == capacity.Broke, x.result.Breaking.Users, x.truth.Break)
		}
		near := 0
		for _, e := range br.errs {
			if math.Abs(e) < .25 {
				near++
			}
		}
		if br.false_ > 0 || br.missed > 1 || near < len(br.errs)-1 {
			t.Errorf("%s: %s", shape, br)
		}
	}
}

func TestScore(t *testing.T) {
	if !*scored {
		t.Skip("run with -score, or make score")
	}
	if !*onlyHard {
		_, _, said := recoveryScore(spikes(*seed, max(20, *systemsN/3)))
		fmt.Print(said)
	}
	for _, hard := range []bool{false, true} {
		if *onlyHard && !hard {
			continue
		}
		n := *systemsN
		if hard {
			n = max(1, n/2)
		}
		all := trials(*seed+map[bool]uint64{true: 1000003}[hard], n, hard)
		for _, shape := range []string{"staircase", "ramp", "fast"} {
			br, ca, kn := &table{name: shape + " breaking"}, &table{name: shape + " capacity"}, &table{name: shape + " knee"}
			kinds := map[string]*table{}
			for _, x := range all[shape] {
				if *onlyKind != "" && x.system.Kind != *onlyKind {
					continue
				}
				res := x.result
				br.add(x, x.broken(), res.Breaking.Outcome == capacity.Broke, res.Breaking.Users, x.truth.Break)
				ca.add(x, x.saturated(), res.Capacity.Known(), res.Capacity, x.truth.Capacity)
				kn.add(x, x.saturated(), res.Knee.Known(), res.Knee, x.truth.Knee)
				k := x.system.Kind
				if kinds[k] == nil {
					kinds[k] = &table{name: "  of these " + k}
				}
				kinds[k].add(x, x.broken(), res.Breaking.Outcome == capacity.Broke, res.Breaking.Users, x.truth.Break)
			}
			if hard {
				fmt.Print("hard ")
			}
			w := *worst
			if shape == "fast" {
				*worst = min(*worst, 3)
			}
			fmt.Print(br.String())
			save := w
			*worst = 0
			for _, k := range []string{"plain", "pool", "limiter", "qlimit", "timeout", "thrash"} {
				if kinds[k] != nil {
					fmt.Print(kinds[k].String())
				}
			}
			*worst = save
			fmt.Print(ca.String(), kn.String())
		}
	}
}
