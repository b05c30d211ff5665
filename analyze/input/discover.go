package input

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/peakload/peakload/analyze/input/locust"
	"github.com/peakload/peakload/analyze/input/results"
)

// A candidate is a file that may belong to the run.
type candidate struct {
	dir    Folder
	name   string  // in dir
	file   string  // as the user would type it
	stem   string  // its name without compression and known ending
	source *source // nil: none of ours
	asked  bool    // named by the user
	named  bool    // after the run's prefix
	// explicit says that the user named it as evidence of this run, so that it
	// is an error if it is none.
	explicit bool
	header   string // the first line of a CSV file that is none of ours
}

// A discovery is the files of one run.
type discovery struct {
	label string
	files []candidate
}

// mostFiles limits how many files of a folder are looked into.
const mostFiles = 5000

// discover finds the files of the run that target names.
func discover(dir Folder, target string) (*discovery, error) {
	entries, err := fs.ReadDir(dir.FS, ".")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, cause(err))
	}
	all, err := look(dir, entries, target)
	if err != nil {
		return nil, err
	}
	runs := prefixes(all)
	prefix, label, err := choose(dir, target, all, runs)
	if err != nil {
		return nil, err
	}
	return &discovery{label: label, files: belonging(append(all, below(dir, entries)...), prefix, target, runs)}, nil
}

// look looks into the files of a folder.
func look(dir Folder, entries []fs.DirEntry, target string) ([]candidate, error) {
	var all []candidate
	for _, e := range entries {
		if e.IsDir() || len(all) == mostFiles {
			continue
		}
		c, err := inspect(dir, e.Name())
		if err != nil {
			if e.Name() == target {
				return nil, err
			}
			continue // an unreadable file of something else is no concern
		}
		all = append(all, c)
	}
	return all, nil
}

// evidenceFolders are the names of sub-folders in which evidence is looked
// for.
var evidenceFolders = []string{"prometheus", "metrics", "monitoring", "monitor", "resources", "logs", "log", "captures", "evidence", "snapshots"}

// below looks into the sub-folders that may hold evidence, in order of name.
func below(dir Folder, entries []fs.DirEntry) []candidate {
	var found []candidate
	for _, e := range entries {
		if !e.IsDir() || !slices.Contains(evidenceFolders, strings.ToLower(e.Name())) {
			continue
		}
		inner, err := dir.sub(e.Name())
		if err != nil {
			continue
		}
		files, err := fs.ReadDir(inner.FS, ".")
		if err != nil {
			continue
		}
		all, _ := look(inner, files, "")
		for _, c := range all {
			if c.source != nil && c.source.beside {
				found = append(found, c)
			}
		}
	}
	return found
}

// resultsHead is how much of a file tells whether it is a results.json.
const resultsHead = 512

// inspect looks at the first bytes of a file.
func inspect(dir Folder, name string) (candidate, error) {
	c := candidate{dir: dir, name: name, file: dir.join(name)}
	o, err := open(dir, name, nil)
	if err != nil {
		return c, err
	}
	defer o.file.Close()
	if o.finish != nil {
		defer o.finish()
	}
	head := make([]byte, locust.SniffBytes)
	n, err := io.ReadFull(o, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return c, fmt.Errorf("%s: %w", c.file, cause(err))
	}
	plain := uncompressed(name)
	if results.Sniff(head[:min(n, resultsHead)]) {
		// What an earlier report wrote is no evidence of the run, however much its
		// figures look like an application's.
		c.stem = stem(plain, nil)
		return c, nil
	}
	for i := range sources {
		if s := &sources[i]; s.sniff(head[:n]) || n == 0 && !s.beside && endsWith(plain, s.endings) {
			c.source = s
			break
		}
	}
	c.stem = stem(plain, c.source)
	if c.source == nil {
		c.header = csvHeader(plain, head[:n])
	}
	return c, nil
}

// uncompressed drops the ending of a compressed file.
func uncompressed(name string) string {
	for _, e := range []string{".gz", ".zst"} {
		if len(name) > len(e) && strings.HasSuffix(name, e) {
			return name[:len(name)-len(e)]
		}
	}
	return name
}

func endsWith(name string, endings []string) bool {
	return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(name, e) })
}

// stem returns the prefix in a file's name.
func stem(name string, s *source) string {
	if s != nil {
		for _, e := range s.endings {
			if strings.HasSuffix(name, e) {
				return strings.TrimSuffix(name, e)
			}
		}
	}
	return strings.TrimSuffix(name, path.Ext(name))
}

// prefixes returns the runs of a folder: the prefixes of its CSV files.
func prefixes(all []candidate) []string {
	var runs []string
	for _, c := range all {
		if c.source != nil && c.source.makesRun && !slices.Contains(runs, c.stem) {
			runs = append(runs, c.stem)
		}
	}
	slices.Sort(runs)
	return runs
}

// choose returns the prefix of the run that is meant, and its label.
func choose(dir Folder, target string, all []candidate, runs []string) (prefix, label string, err error) {
	if target == "" {
		if len(runs) == 0 {
			runs = alone(all)
		}
		switch len(runs) {
		case 0:
			return "", "", nothing(dir, "", all)
		case 1:
			label = path.Base(strings.TrimSuffix(dir.Name, "/"))
			if dir.Name == "" || label == "." || label == ".." || label == "/" {
				label = runs[0]
			}
			return runs[0], label, nil
		}
		return "", "", fmt.Errorf("%s holds %d runs; name one: %s", dir, len(runs), list(dir, runs))
	}
	if slices.Contains(runs, target) {
		return target, target, nil
	}
	for _, c := range all {
		if c.name != target && uncompressed(c.name) != target {
			continue
		}
		switch owner := owner(c.stem, runs); {
		case c.source == nil && nearMiss(c) != "":
			return "", "", fmt.Errorf("%s: %s", c.file, nearMiss(c))
		case c.source == nil, c.source.evidence && len(runs) == 0:
			return "", "", fmt.Errorf("%s: this is no file of Locust's; a run is named by its CSV prefix, one of its files or its folder%s", c.file, others(dir, runs))
		case owner != "":
			return owner, owner, nil
		case c.source.beside && len(runs) == 1:
			return runs[0], runs[0], nil
		case c.source.beside && len(runs) > 1:
			return "", "", fmt.Errorf("%s could be of any of %d runs; name the run instead: %s", c.file, len(runs), list(dir, runs))
		}
		return c.stem, c.stem, nil
	}
	if slices.Contains(alone(all), target) {
		return target, target, nil
	}
	return "", "", nothing(dir, target, all)
}

// alone returns the runs of a folder without CSV files: those that only a
// report, histograms or a log tell of.
func alone(all []candidate) []string {
	for _, kind := range []locust.Kind{locust.HTML, locust.JSON, locust.Log} {
		var runs []string
		for _, c := range all {
			if c.source != nil && c.source.kind == string(kind) && !slices.Contains(runs, c.stem) {
				runs = append(runs, c.stem)
			}
		}
		if runs != nil {
			return runs
		}
	}
	return nil
}

// owner returns the run that a file is named after, the longest prefix of its
// name; "" if none.
func owner(stem string, runs []string) string {
	best := ""
	for _, r := range runs {
		after, ok := strings.CutPrefix(stem, r)
		if ok && (after == "" || strings.ContainsAny(after[:1], "._-")) && len(r) >= len(best) {
			best = r
		}
	}
	return best
}

func others(dir Folder, runs []string) string {
	if len(runs) == 0 {
		return ""
	}
	return "; runs here: " + list(dir, runs)
}

func list(dir Folder, runs []string) string {
	names := make([]string, len(runs))
	for i, r := range runs {
		names[i] = dir.join(r)
	}
	return strings.Join(names, ", ")
}

// belonging returns the files that are the run's or may be, in the order of
// sources: those named by the user first, then those named after the run.
func belonging(all []candidate, prefix, target string, runs []string) []candidate {
	var files []candidate
	for i := range sources {
		var group []candidate
		for _, c := range all {
			if c.source != &sources[i] {
				continue
			}
			c.asked = target != "" && (c.name == target || uncompressed(c.name) == target)
			c.named = c.stem == prefix
			if c.source.beside {
				o := owner(c.stem, runs)
				c.named = c.named || o == prefix
				if o != "" && o != prefix && !c.asked || len(runs) == 0 && !c.named && !c.asked && !c.source.evidence {
					continue
				}
			} else if !c.named {
				continue
			}
			group = append(group, c)
		}
		slices.SortStableFunc(group, func(a, b candidate) int { return rank(a) - rank(b) })
		files = append(files, group...)
	}
	return files
}

// rank orders candidates of one kind, the likeliest first; a file that is also
// there uncompressed, and the names that Locust uses today, come before others.
func rank(c candidate) int {
	n := 0
	if !c.asked {
		n += 8
	}
	if !c.named {
		n += 4
	}
	if uncompressed(c.name) != c.name {
		n += 2
	}
	if len(c.source.endings) > 0 && !strings.HasSuffix(uncompressed(c.name), c.source.endings[0]) {
		n++
	}
	return n
}
