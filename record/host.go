package record

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/net"
)

// Host samples the machine that the recorder runs on.
func Host() Target {
	return Target{Name: "host", Component: "host", Sampler: &host{}}
}

// A host keeps the counters of the sample before: ratios and rates are
// differences.
type host struct {
	at    time.Time
	times cpu.TimesStat
	known bool
	swap  *mem.SwapMemoryStat
	disks map[string]disk.IOCountersStat
	nets  map[string]net.IOCountersStat
}

// Sample reads the machine's counters. What a system does not give is left
// out, and said once.
func (h *host) Sample(ctx context.Context) ([]Reading, error) {
	now := time.Now()
	elapsed := now.Sub(h.at).Seconds()
	if h.at.IsZero() {
		elapsed = 0
	}
	h.at = now
	s := &sheet{component: "host"}
	err := errors.Join(
		h.processors(ctx, s),
		h.memory(ctx, s, elapsed),
		h.storage(ctx, s, elapsed),
		h.network(ctx, s, elapsed),
	)
	if l, err := load.AvgWithContext(ctx); err == nil {
		s.add("load_1m", l.Load1)
	}
	if m, err := load.MiscWithContext(ctx); err == nil {
		s.add("run_queue", float64(m.ProcsRunning))
	}
	return s.readings, err
}

// A sheet collects the readings of one component.
type sheet struct {
	component, instance string
	readings            []Reading
}

func (s *sheet) add(metric string, value float64) { s.of(s.instance, metric, value) }

func (s *sheet) of(instance, metric string, value float64) {
	s.readings = append(s.readings, Reading{s.component, instance, metric, value})
}

// rate adds the growth of a counter per second; nothing where it went back.
func (s *sheet) rate(metric string, now, before uint64, elapsed float64) {
	if elapsed > 0 && now >= before {
		s.add(metric, float64(now-before)/elapsed)
	}
}

func (h *host) processors(ctx context.Context, s *sheet) error {
	if n, err := cpu.CountsWithContext(ctx, true); err == nil {
		s.add("cpu_limit_cores", float64(n))
	}
	all, err := cpu.TimesWithContext(ctx, false)
	if err != nil || len(all) == 0 {
		return err
	}
	t, before, known := all[0], h.times, h.known
	h.times, h.known = t, true
	if !known {
		return nil
	}
	// Linux counts the time of guests in user's, too.
	user := (t.User + t.Nice) - (before.User + before.Nice)
	system := (t.System + t.Irq + t.Softirq) - (before.System + before.Irq + before.Softirq)
	wait, steal, idle := t.Iowait-before.Iowait, t.Steal-before.Steal, t.Idle-before.Idle
	total := user + system + wait + steal + idle
	if total <= 0 || user < 0 || system < 0 || steal < 0 {
		return nil
	}
	// A processor that waits for a disk is free to work; iowait can go back.
	wait = max(0, wait)
	s.add("cpu_ratio", (user+system+steal)/total)
	s.add("cpu_user_ratio", user/total)
	s.add("cpu_system_ratio", system/total)
	s.add("cpu_iowait_ratio", wait/total)
	s.add("cpu_steal_ratio", steal/total)
	return nil
}

func (h *host) memory(ctx context.Context, s *sheet, elapsed float64) error {
	m, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return err
	}
	s.add("memory_bytes", float64(m.Total-min(m.Available, m.Total)))
	s.add("memory_limit_bytes", float64(m.Total))
	s.add("memory_available_bytes", float64(m.Available))
	swap, err := mem.SwapMemoryWithContext(ctx)
	if err != nil {
		return nil // a machine without swap
	}
	s.add("swap_used_bytes", float64(swap.Used))
	if h.swap != nil {
		s.rate("swap_in_bytes_per_second", swap.Sin, h.swap.Sin, elapsed)
		s.rate("swap_out_bytes_per_second", swap.Sout, h.swap.Sout, elapsed)
	}
	h.swap = swap
	return nil
}

// storage sums the rates of the disks; a partition's are its disk's as well.
func (h *host) storage(ctx context.Context, s *sheet, elapsed float64) error {
	now, err := disk.IOCountersWithContext(ctx)
	if err != nil {
		return nil // containers and some systems have none to show
	}
	before := h.disks
	h.disks = now
	var read, written, readBefore, writtenBefore uint64
	seen := 0
	for _, name := range slices.Sorted(maps.Keys(now)) {
		d, b := now[name], before[name]
		if _, ok := before[name]; !ok || !wholeDisk(name) {
			continue
		}
		seen++
		read, readBefore = read+d.ReadBytes, readBefore+b.ReadBytes
		written, writtenBefore = written+d.WriteBytes, writtenBefore+b.WriteBytes
		if elapsed > 0 && d.IoTime >= b.IoTime {
			s.of(name, "disk_busy_ratio", min(1, float64(d.IoTime-b.IoTime)/1000/elapsed))
		}
	}
	if seen > 0 {
		s.rate("disk_read_bytes_per_second", read, readBefore, elapsed)
		s.rate("disk_written_bytes_per_second", written, writtenBefore, elapsed)
	}
	return nil
}

// network sums what went over the machine's own interfaces: not the loopback,
// and not the bridges of containers, whose traffic is counted at the card.
func (h *host) network(ctx context.Context, s *sheet, elapsed float64) error {
	list, err := net.IOCountersWithContext(ctx, true)
	if err != nil {
		return nil
	}
	before := h.nets
	h.nets = map[string]net.IOCountersStat{}
	cards := map[string]bool{}
	for _, n := range list {
		h.nets[n.Name] = n
		cards[n.Name] = card(n.Name)
	}
	if !slices.Contains(slices.Collect(maps.Values(cards)), true) {
		for name := range cards { // a container: its interface is virtual
			cards[name] = !strings.HasPrefix(name, "lo")
		}
	}
	var in, out, inBefore, outBefore uint64
	var faults float64
	seen := 0
	for _, n := range list {
		b, ok := before[n.Name]
		if !cards[n.Name] {
			continue
		}
		faults += float64(n.Errin + n.Errout + n.Dropin + n.Dropout)
		if !ok {
			continue
		}
		seen++
		in, inBefore = in+n.BytesRecv, inBefore+b.BytesRecv
		out, outBefore = out+n.BytesSent, outBefore+b.BytesSent
	}
	if seen > 0 {
		s.rate("network_received_bytes_per_second", in, inBefore, elapsed)
		s.rate("network_sent_bytes_per_second", out, outBefore, elapsed)
		s.add("network_errors_total", faults)
	}
	return nil
}
