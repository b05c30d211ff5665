package csvtable

import (
	"math"
	"strings"
	"testing"
)

var columns = []Column{{Name: "Name"}, {Name: "Count", Aliases: []string{"# requests"}}, {Name: "Mean", Optional: true}}

type testRow struct {
	Name  string `csv:"Name"`
	Count Count  `csv:"Count"`
	Mean  Number `csv:"Mean"`
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []testRow
		torn       int
	}{
		{"aliases and order", "# requests,Name\n3,a\n", []testRow{{"a", 3, 0}}, 0},
		{"missing numbers", "Name,Count,Mean\na,1,N/A\nb,2,\nc,3,1.5\n", []testRow{{"a", 1, Number(math.NaN())}, {"b", 2, Number(math.NaN())}, {"c", 3, 1.5}}, 0},
		{"quotes and line breaks", "Name,Count\n\"a\"\"b,\nc\",1\nd,2\n", []testRow{{"a\"b,\nc", 1, 0}, {"d", 2, 0}}, 0},
		{"CR CR LF", "Name,Count\r\r\na,1\r\r\n", []testRow{{"a", 1, 0}}, 0},
		{"BOM", "\ufeffName,Count\na,1", []testRow{{"a", 1, 0}}, 0},
		{"decimal comma", "Name;Count;Mean\na,b;1;1,5\n", []testRow{{"a,b", 1, 1.5}}, 0},
		{"torn", "Name,Count\na,1\nb", []testRow{{"a", 1, 0}}, 3},
		{"UTF-16", "\xff\xfeN\x00a\x00m\x00e\x00,\x00C\x00o\x00u\x00n\x00t\x00\n\x00a\x00,\x001\x00\n\x00", []testRow{{"a", 1, 0}}, 0},
	} {
		table, err := Read(strings.NewReader(c.text), "f", Options{Columns: columns, Lazy: true})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []testRow
		if err := table.Rows(columns, &got); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		same := len(got) == len(c.want) && table.Torn == c.torn
		for i := range got {
			same = same && got[i].Name == c.want[i].Name && got[i].Count == c.want[i].Count &&
				(got[i].Mean == c.want[i].Mean || math.IsNaN(float64(got[i].Mean)) && math.IsNaN(float64(c.want[i].Mean)))
		}
		if !same {
			t.Errorf("%s: %+v, torn %d", c.name, got, table.Torn)
		}
	}
}

// TestErrorPlace: a bad cell is named by the line it is on, below cells that
// span lines, where gocsv alone counts records.
func TestErrorPlace(t *testing.T) {
	table, err := Read(strings.NewReader("Name,Count\n\"a\n\n\",1\nb,-2\n"), "x.csv", Options{Columns: columns})
	if err != nil {
		t.Fatal(err)
	}
	var rows []testRow
	const want = `x.csv:5:3: column "Count": "-2" is not a whole number`
	if err := table.Rows(columns, &rows); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestNumbers(t *testing.T) {
	for cell, want := range map[string]float64{"1": 1, " 2.5 ": 2.5, "1e3": 1000, "-1": -1} {
		if got, err := ParseNumber(cell); err != nil || got != want {
			t.Errorf("%q: %v %v", cell, got, err)
		}
	}
	for _, cell := range []string{"1,5", "0x10", "1_000", "Inf", "1.2.3", "abc"} {
		if got, err := ParseNumber(cell); err == nil {
			t.Errorf("%q was read as %v", cell, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Name,Count,Mean\n\"a\"\"\",1,N/A\n"))
	f.Add([]byte("Name;Count\na;1,5\r\r\n\"b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, lazy := range []bool{false, true} {
			table, err := Read(strings.NewReader(string(b)), "f", Options{Columns: columns, Lazy: lazy})
			if err != nil {
				continue
			}
			var rows []testRow
			if table.Rows(columns, &rows) == nil && len(rows) != table.Len() {
				t.Fatalf("%d rows, %d records", len(rows), table.Len())
			}
		}
	})
}
