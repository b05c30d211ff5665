package record

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// proportional returns the proportional set size of a process in bytes
// (proc_pid_smaps_rollup(5)).
func proportional(pid int32) (float64, bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, false
	}
	for line := range bytes.Lines(data) {
		if rest, ok := bytes.CutPrefix(line, []byte("Pss:")); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(rest)), "kB")), 64)
			return kb * 1024, err == nil
		}
	}
	return 0, false
}

// filesLimit returns how many files a process may have open; 0 unknown.
func filesLimit(pid int32) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(data) {
		if rest, ok := bytes.CutPrefix(line, []byte("Max open files")); ok {
			if f := strings.Fields(string(rest)); len(f) > 0 {
				n, _ := strconv.ParseFloat(f[0], 64)
				return n
			}
		}
	}
	return 0
}

// coresOf returns how many cores the processes may use together: those that
// they are bound to, and no more than their container's quota; 0 unknown.
func coresOf(members []*entry) float64 {
	var union unix.CPUSet
	for _, e := range members {
		var set unix.CPUSet
		if unix.SchedGetaffinity(int(e.proc.Pid), &set) != nil {
			continue
		}
		for i := range set {
			union[i] |= set[i]
		}
	}
	cores := float64(union.Count())
	// A group of which some are in another container has no common quota.
	common := controlGroup(members[0].proc.Pid)
	for _, e := range members[1:] {
		if common != controlGroup(e.proc.Pid) {
			return cores
		}
	}
	for dir := range parents(common) {
		quota, period, ok := strings.Cut(firstLine(path.Join(dir, "cpu.max")), " ")
		q, err1 := strconv.ParseFloat(quota, 64)
		p, err2 := strconv.ParseFloat(period, 64)
		if ok && err1 == nil && err2 == nil && p > 0 {
			cores = min(cores, q/p)
		}
	}
	return cores
}

// memoryLimit returns what a process's container may hold, in bytes.
func memoryLimit(pid int32) (float64, bool) {
	limit, found := 0.0, false
	for dir := range parents(controlGroup(pid)) {
		n, err := strconv.ParseFloat(firstLine(path.Join(dir, "memory.max")), 64)
		if err == nil && (!found || n < limit) {
			limit, found = n, true
		}
	}
	return limit, found
}

const controlGroups = "/sys/fs/cgroup"

// controlGroup returns the folder of a process's control group, version 2
// (cgroups(7)); "" where there is none to be seen.
func controlGroup(pid int32) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		return ""
	}
	for line := range bytes.Lines(data) {
		if rest, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("0::/")); ok && !bytes.HasPrefix(rest, []byte("..")) {
			return path.Join(controlGroups, string(rest))
		}
	}
	return ""
}

// parents yields a control group and those that it is in, up to the root.
func parents(dir string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for ; strings.HasPrefix(dir, controlGroups); dir = path.Dir(dir) {
			if !yield(dir) {
				return
			}
		}
	}
}

func firstLine(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, _ := bufio.NewReader(f).ReadString('\n')
	return strings.TrimSpace(line)
}
