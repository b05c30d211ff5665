package applog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// logged writes a log of n lines from one Unix second to another, by a clock
// that is east s ahead of UTC and does not say so.
func logged(from, to, every int64, east int64) string {
	var b strings.Builder
	for at := from; at <= to; at += every {
		fmt.Fprintf(&b, "%s ERROR a: statement timeout\n", time.Unix(at+east, 0).UTC().Format("2006-01-02 15:04:05,000"))
	}
	return b.String()
}

func TestZones(t *testing.T) {
	for _, c := range []struct {
		name       string
		from, to   int64 // relative to the run
		east, zone int64
		known      bool
		offset     float64
		events     int64
		why        string
	}{
		{"UTC", -60, 60, 0, 0, false, 0, 21, "UTC fits"},
		{"an hour ahead", -60, 60, 3600, 0, false, -3600, 21, "UTC+1"},
		{"Nepal", -60, 60, 20700, 0, false, -20700, 21, "UTC+5:45"},
		{"New York", -10, 10, -18000, 0, false, 18000, 20, "UTC−5"},
		{"a log of days in UTC", -86400, 86400, 0, 0, false, 0, 21, "other zones would fit"},
		{"a log of days, the load generator elsewhere", -86400, 86400, 0, 7200, true, 0, 21, "other zones would fit"},
		{"the load generator's zone", -60, 60, 7200, 7200, true, -7200, 21, "the load generator's, UTC+2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := window
			if c.known {
				w.Zone = float64(c.zone)
			}
			log := read(t, logged(int64(w.From)+c.from, int64(w.To)+c.to, 10, c.east), w)
			if log.Offset != c.offset || !strings.Contains(log.OffsetWhy, c.why) || log.Counted < c.events-2 || log.Counted > c.events {
				t.Errorf("offset %g (%s), %d events", log.Offset, log.OffsetWhy, log.Counted)
			}
			if log.Start != window.From+float64(c.from) {
				t.Errorf("start %f", log.Start)
			}
		})
	}
}

// A busy hour elsewhere in the log does not make its zone.
func TestZoneOfTwoRuns(t *testing.T) {
	from, to := int64(window.From), int64(window.To)
	log := read(t, logged(from-7200, to-7200, 1, 0)+logged(from, to, 2, 0), window)
	if log.Offset != 0 || log.Counted != 91 {
		t.Errorf("offset %g (%s), %d events", log.Offset, log.OffsetWhy, log.Counted)
	}
}

func TestOutside(t *testing.T) {
	var out *OutsideError
	for name, src := range map[string]string{
		"stated": "2026-11-23 12:00:00Z ERROR a: b\n",
		"local":  logged(int64(window.From)-480, int64(window.To)-480, 10, 0),
	} {
		_, _, err := Read(strings.NewReader(src), "x.log", window, nil)
		if !errors.As(err, &out) || !strings.Contains(err.Error(), "x.log") || !strings.Contains(err.Error(), "2026-11-23 18:40:00 to 2026-11-23 18:43:00") {
			t.Errorf("%s: %v", name, err)
		}
	}
	var undated *UndatedError
	if _, _, err := Read(strings.NewReader("ERROR:root:x\n"), "x.log", window, nil); !errors.As(err, &undated) {
		t.Error(err)
	}
	var capture *CaptureError
	if _, _, err := Read(strings.NewReader("$ grep ERROR app.log\n2026-11-23 18:40:18 ERROR x: y\n"), "x.log", window, nil); !errors.As(err, &capture) {
		t.Error(err)
	}
	if log, notes, err := Read(strings.NewReader(""), "x.log", window, nil); err != nil || log.Lines != 0 || len(notes) != 1 {
		t.Error(log, notes, err)
	}
}

// The counts do not depend on the zone in which a log is written.
func TestZoneChangesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		east := rapid.SampledFrom(zones[:]).Draw(rt, "zone") * 60
		every := rapid.Int64Range(1, 20).Draw(rt, "every")
		from, to := int64(window.From)-30, int64(window.To)+30
		local, utc := read(t, logged(from, to, every, east), window), read(t, logged(from, to, every, 0), window)
		if local.Counted != utc.Counted || local.Offset != float64(-east) {
			rt.Errorf("zone %d: %d events at %g (%s), %d in UTC", east, local.Counted, local.Offset, local.OffsetWhy, utc.Counted)
		}
	})
}
