package input

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"strings"

	"github.com/peakload/peakload/analyze/input/internal/csvtable"
	"github.com/peakload/peakload/analyze/internal/spelling"
)

// nothing says what was looked for, and what comes near it.
func nothing(dir Folder, target string, all []candidate) error {
	near := ""
	for _, c := range all {
		if miss := nearMiss(c); miss != "" && (target == "" || strings.HasPrefix(c.name, target)) {
			near = fmt.Sprintf("; %s: %s", c.file, miss)
			break
		}
	}
	if target != "" {
		if like := spelling.Nearest(target, namesIn(dir, all)); like != "" {
			near = "; did you mean " + dir.join(like) + "?" + near
		}
		return fmt.Errorf("%s: no such file, and no %s_stats_history.csv or %s_stats.csv in %s%s%s", dir.join(target), target, target, dir, others(dir, prefixes(all)), near)
	}
	if near == "" {
		if inner := runsBelow(dir); len(inner) > 0 {
			near = "; runs below it, name one: " + strings.Join(inner, ", ")
		}
	}
	return fmt.Errorf("%s holds no results of Locust: no file whose name ends in _stats_history.csv or _stats.csv, as locust --csv PREFIX writes them (%d files looked at)%s", dir, len(all), near)
}

// namesIn are the names that may be meant in a folder: runs, files, folders.
func namesIn(dir Folder, all []candidate) []string {
	names := prefixes(all)
	entries, err := fs.ReadDir(dir.FS, ".")
	if err != nil {
		return names
	}
	for _, e := range entries[:min(len(entries), mostFolders)] {
		names = append(names, e.Name())
	}
	return names
}

// What is named of the folders below.
const (
	mostFolders = 500
	mostListed  = 20
)

// runsBelow returns the sub-folders that hold a run, by the names of their
// files.
func runsBelow(dir Folder) []string {
	entries, err := fs.ReadDir(dir.FS, ".")
	if err != nil {
		return nil
	}
	var found []string
	left := 0
	for i, e := range entries {
		if !e.IsDir() || i >= mostFolders {
			continue
		}
		files, err := fs.ReadDir(dir.FS, e.Name())
		if err != nil {
			continue
		}
		for _, f := range files {
			if !f.IsDir() && endsWith(uncompressed(f.Name()), []string{"_stats_history.csv", "_stats.csv"}) {
				if len(found) < mostListed {
					found = append(found, dir.join(e.Name()))
				} else {
					left++
				}
				break
			}
		}
	}
	if left > 0 {
		found = append(found, fmt.Sprintf("and %d more", left))
	}
	return found
}

// csvHeader returns the first line of a file that is called a CSV file.
func csvHeader(name string, head []byte) string {
	if !strings.HasSuffix(strings.ToLower(name), ".csv") {
		return ""
	}
	text, _ := csvtable.Text(head)
	line, _, _ := bytes.Cut(text, []byte("\n"))
	if len(line) > 4096 {
		return ""
	}
	return strings.TrimRight(string(line), "\r")
}

// nearKinds are the CSV files whose headers may be told although they are
// damaged: by half of the columns that every version writes.
var nearKinds = []struct {
	what    string
	columns []string
}{
	{"Locust's history (_stats_history.csv)", []string{"Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s", "Total Request Count", "Total Failure Count", "Total Median Response Time", "Total Average Response Time"}},
	{"Locust's statistics (_stats.csv)", []string{"Type", "Name", "Request Count", "Failure Count", "Median Response Time", "Average Response Time", "Min Response Time", "Max Response Time", "Requests/s", "Failures/s"}},
	{"Locust's failures (_failures.csv)", []string{"Method", "Name", "Error", "Occurrences"}},
	{"resource figures (_resources.csv)", []string{"Timestamp", "Component", "Metric", "Value"}},
}

// nearMiss says what a CSV file seems to be, and which columns it lacks; "" if
// it seems to be nothing of ours.
func nearMiss(c candidate) string {
	if c.source != nil || c.header == "" {
		return ""
	}
	r := csv.NewReader(strings.NewReader(c.header))
	r.Comma, r.LazyQuotes = rune(csvtable.Delimiter([]byte(c.header))), true
	cells, err := r.Read()
	if err != nil {
		return ""
	}
	has := map[string]bool{}
	for _, cell := range cells {
		has[strings.ToLower(strings.TrimSpace(cell))] = true
	}
	best, most := "", 0.5
	for _, k := range nearKinds {
		var missing []string
		for _, name := range k.columns {
			if !has[strings.ToLower(name)] {
				missing = append(missing, fmt.Sprintf("%q", name))
			}
		}
		if share := 1 - float64(len(missing))/float64(len(k.columns)); share >= most && len(missing) > 0 {
			most = share + 1e-9
			best = fmt.Sprintf("it looks like %s, but its header lacks %s", k.what, strings.Join(missing, ", "))
		}
	}
	return best
}
