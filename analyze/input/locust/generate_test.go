package locust

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

const header12 = "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%," +
	"Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\r\n"

// A historyGenerator is a reader of a full-history file as Locust would write
// it: seeded, of any length, made while it is read.
type historyGenerator struct {
	left      int64 // bytes still to be made, about
	endpoints int
	rng       *rand.Rand
	buf       bytes.Buffer
	time      int64
	count     []int64
	min, max  []float64 // so far, of the endpoints and of the total
}

func newGenerator(size int64, endpoints int) *historyGenerator {
	g := &historyGenerator{left: size, endpoints: endpoints, rng: rand.New(rand.NewPCG(1, 2)), time: 1795457678, count: make([]int64, endpoints)}
	for range endpoints + 1 {
		g.min, g.max = append(g.min, 100), append(g.max, 0)
	}
	g.buf.WriteString(header12)
	return g
}

// Read makes as much as it returns.
func (g *historyGenerator) Read(p []byte) (int, error) {
	for g.buf.Len() < len(p) && g.left > 0 {
		before := g.buf.Len()
		g.second()
		g.left -= int64(g.buf.Len() - before)
	}
	return g.buf.Read(p)
}

// second writes the rows of one second.
func (g *historyGenerator) second() {
	var total int64
	for i := range g.endpoints {
		g.count[i] += int64(g.rng.IntN(9))
		total += g.count[i]
		name := fmt.Sprintf("GET,/v1/resource/%d/items", i)
		if i%5 == 0 { // a fifth of the names is quoted
			name = fmt.Sprintf("POST,\"/v1/resource/%d?a=1,2\"", i)
		}
		g.row(i, name, g.count[i])
	}
	g.row(g.endpoints, ",Aggregated", total)
	g.time++
}

func (g *historyGenerator) row(i int, name string, count int64) {
	r := g.rng
	mean := r.Float64()*100 + 1
	g.min[i], g.max[i] = min(g.min[i], r.Float64()+1), max(g.max[i], r.Float64()*100+1200)
	median := 20 + r.IntN(80)
	fmt.Fprintf(&g.buf, "%d,%d,%s,%f,%f,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%v,%v,%v,%v\r\n", g.time, 350, name,
		r.Float64()*40, r.Float64(), median, median+4, median+9, 10*(median/8+2), 110, 250, 480, 720, 940, 1200, 1500,
		count, count/50, median, mean, g.min[i], g.max[i], r.Float64()*1000+100)
}
