package applog

import (
	"math"
	"time"
)

// A shape is a way to write a time.
type shape uint8

const (
	noShape   shape = iota
	iso             // 2026-11-23T18:40:18, also with a space, and with slashes
	clf             // 23/Nov/2026:18:40:18, also with a space
	syslog          // Nov 23 18:40:18: no year
	asctime         // Mon Nov 23 18:40:18.123456 2026
	daymon          // 23 Nov 2026 18:40:18
	clockOnly       // 18:40:18: no date
	epoch           // 1795459218.123: s, ms, µs or ns
)

// A stamp is a time found in a line.
type stamp struct {
	sec   int64 // Unix s, as if the time were UTC unless zoned
	nano  int32
	zoned bool // the zone was stated, and sec is UTC
	east  int  // the zone stated, s
	end   int  // where the text behind it begins
}

// stamps reads times. Lines of a log come in order and in one layout, so that
// the minute of the line before is that of this one almost always: its text
// is compared and only the seconds are read.
type stamps struct {
	ref float64 // Unix s near which times without year or date are; NaN unknown

	last   shape
	minute [20]byte // the text up to the minute
	length int
	base   int64 // Unix s of that minute

	previous int64 // a time without date: the one before, to notice midnight
	days     int64
}

// at reads the time that begins at b[i].
func (s *stamps) at(b []byte, i int) (st stamp, ok bool) {
	if n := s.length; n > 0 && i+n+3 <= len(b) && string(b[i:i+n]) == string(s.minute[:n]) {
		if sec, ok := two(b, i+n+1); ok && sec < 61 && b[i+n] == ':' {
			st.sec, st.end = s.base+int64(sec), i+n+3
			return s.rest(b, st), true
		}
	}
	sh, n, base, ok := s.minuteAt(b, i)
	if !ok {
		return s.epochAt(b, i)
	}
	sec := 0
	if i+n+3 <= len(b) && b[i+n] == ':' {
		if sec, ok = two(b, i+n+1); !ok || sec > 60 {
			return stamp{}, false
		}
		st.end = i + n + 3
	} else {
		return stamp{}, false
	}
	if sh != asctime && n <= len(s.minute) {
		s.length = copy(s.minute[:], b[i:i+n])
		s.base, s.last = base, sh
	} else {
		s.length, s.last = 0, sh
	}
	st.sec = base + int64(sec)
	if sh == asctime {
		return s.asctimeRest(b, st, sec)
	}
	return s.rest(b, st), true
}

// minuteAt reads a date and the time up to the minute: n bytes.
func (s *stamps) minuteAt(b []byte, i int) (sh shape, n int, base int64, ok bool) {
	rest := b[i:]
	var year, day, hour, min int
	var mon time.Month
	var a, c bool
	switch {
	case len(rest) < 8:
		return 0, 0, 0, false
	case len(rest) >= 19 && (rest[4] == '-' && rest[7] == '-' || rest[4] == '/' && rest[7] == '/'):
		if rest[10] != ' ' && rest[10] != 'T' && rest[10] != 't' {
			return 0, 0, 0, false
		}
		y1, o1 := two(rest, 0)
		y2, o2 := two(rest, 2)
		m, o3 := two(rest, 5)
		d, o4 := two(rest, 8)
		year, mon, day, a = y1*100+y2, time.Month(m), d, o1 && o2 && o3 && o4
		hour, min, c = hourMinute(rest, 11)
		sh, n = iso, 16
	case len(rest) >= 20 && rest[2] == '/' && rest[6] == '/':
		d, o1 := two(rest, 0)
		y1, o2 := two(rest, 7)
		y2, o3 := two(rest, 9)
		mon = month(rest[3:])
		year, day, a = y1*100+y2, d, o1 && o2 && o3 && mon > 0 && (rest[11] == ':' || rest[11] == ' ')
		hour, min, c = hourMinute(rest, 12)
		sh, n = clf, 17
	case len(rest) >= 20 && rest[2] == ' ' && rest[6] == ' ' && month(rest[3:]) > 0:
		d, o1 := two(rest, 0)
		y1, o2 := two(rest, 7)
		y2, o3 := two(rest, 9)
		mon = month(rest[3:])
		year, day, a = y1*100+y2, d, o1 && o2 && o3 && rest[11] == ' '
		hour, min, c = hourMinute(rest, 12)
		sh, n = daymon, 17
	case len(rest) >= 15 && rest[3] == ' ' && rest[6] == ' ' && month(rest) > 0:
		d, o1 := two(rest, 4)
		if rest[4] == ' ' {
			d, o1 = int(rest[5]-'0'), rest[5] >= '0' && rest[5] <= '9'
		}
		hour, min, c = hourMinute(rest, 7)
		mon, day, a = month(rest), d, o1
		sh, n = syslog, 12
	case len(rest) >= 24 && rest[3] == ' ' && rest[7] == ' ' && month(rest[4:]) > 0:
		d, o1 := two(rest, 8)
		if rest[8] == ' ' {
			d, o1 = int(rest[9]-'0'), rest[9] >= '0' && rest[9] <= '9'
		}
		hour, min, c = hourMinute(rest, 11)
		mon, day, a = month(rest[4:]), d, o1 && rest[10] == ' '
		year, sh, n = 2000, asctime, 16 // the year stands behind the time
	case rest[2] == ':' && rest[5] == ':':
		hour, min, c = hourMinute(rest, 0)
		if !c || math.IsNaN(s.ref) {
			return 0, 0, 0, false
		}
		return clockOnly, 5, s.dated(int64(hour*3600 + min*60)), true
	}
	if !a || !c || mon < 1 || mon > 12 || day < 1 || day > 31 {
		return 0, 0, 0, false
	}
	if sh == syslog {
		if year, ok = s.year(mon, day); !ok {
			return 0, 0, 0, false
		}
	}
	return sh, n, time.Date(year, mon, day, hour, min, 0, 0, time.UTC).Unix(), true
}

// year is the one in which a day is nearest to the run.
func (s *stamps) year(mon time.Month, day int) (int, bool) {
	if math.IsNaN(s.ref) {
		return 0, false
	}
	year := time.Unix(int64(s.ref), 0).UTC().Year()
	best, distance := 0, math.Inf(1)
	for y := year - 1; y <= year+1; y++ {
		if d := math.Abs(float64(time.Date(y, mon, day, 12, 0, 0, 0, time.UTC).Unix()) - s.ref); d < distance {
			best, distance = y, d
		}
	}
	return best, true
}

// dated puts a time of day on the day on which it is nearest to the run, and
// a later one that seems to be earlier on the next.
func (s *stamps) dated(ofDay int64) int64 {
	const day = 86400
	if s.previous == 0 {
		ref := int64(s.ref)
		t := ref - ((ref%day)+day)%day + ofDay
		switch {
		case t-ref > day/2:
			t -= day
		case ref-t > day/2:
			t += day
		}
		s.days, s.previous = t-ofDay, t
		return t
	}
	t := s.days + ofDay
	switch {
	case s.previous-t > day/2:
		s.days, t = s.days+day, t+day
	case t-s.previous > day/2:
		s.days, t = s.days-day, t-day
	}
	s.previous = t
	return t
}

// rest reads the fraction and the zone.
func (s *stamps) rest(b []byte, st stamp) stamp {
	i := st.end
	if i+1 < len(b) && (b[i] == '.' || b[i] == ',') && isDigit(b[i+1]) {
		scale := int32(100_000_000)
		for i++; i < len(b) && isDigit(b[i]); i++ {
			st.nano += int32(b[i]-'0') * scale
			scale /= 10
		}
		st.end = i
	}
	if i >= len(b) {
		return st
	}
	switch b[i] {
	case 'Z', 'z':
		if i+1 == len(b) || !isWord(b[i+1]) {
			st.zoned, st.end = true, i+1
		}
		return st
	case ' ':
		if i+4 <= len(b) && (string(b[i+1:i+4]) == "UTC" || string(b[i+1:i+4]) == "GMT") {
			st.zoned, st.end = true, i+4
			return st
		}
		i++
	}
	if east, n := zone(b[i:]); n > 0 {
		st.zoned, st.east, st.end = true, east, i+n
		st.sec -= int64(east)
	}
	return st
}

// zone reads +02:00, +0200 or +02 and its length, 0 if there is none.
func zone(b []byte) (east, n int) {
	if len(b) < 3 || b[0] != '+' && b[0] != '-' {
		return 0, 0
	}
	hours, ok := two(b, 1)
	if !ok || hours > 15 {
		return 0, 0
	}
	minutes := 0
	n = 3
	if len(b) >= 6 && b[3] == ':' {
		if minutes, ok = two(b, 4); !ok {
			return 0, 0
		}
		n = 6
	} else if len(b) >= 5 && isDigit(b[3]) {
		if minutes, ok = two(b, 3); !ok {
			return 0, 0
		}
		n = 5
	}
	if minutes > 59 || n < len(b) && (isWord(b[n]) || b[n] == '-') {
		return 0, 0
	}
	east = hours*3600 + minutes*60
	if b[0] == '-' {
		east = -east
	}
	return east, n
}

// asctimeRest reads the fraction and the year of Apache's error log.
func (s *stamps) asctimeRest(b []byte, st stamp, sec int) (stamp, bool) {
	st = s.rest(b, st)
	i := st.end
	if i+5 > len(b) || b[i] != ' ' {
		return stamp{}, false
	}
	y1, o1 := two(b, i+1)
	y2, o2 := two(b, i+3)
	if !o1 || !o2 {
		return stamp{}, false
	}
	t := time.Unix(st.sec, 0).UTC()
	st.sec = time.Date(y1*100+y2, t.Month(), t.Day(), t.Hour(), t.Minute(), sec, 0, time.UTC).Unix()
	st.end = i + 5
	return st, true
}

// epochAt reads a count of seconds, or of thousandths, millionths or
// billionths, by its number of digits: those of the years 2001 to 2286.
func (s *stamps) epochAt(b []byte, i int) (st stamp, ok bool) {
	var n int64
	j := i
	for ; j < len(b) && isDigit(b[j]) && j-i < 20; j++ {
		if j-i < 18 || n < math.MaxInt64/10-10 {
			n = n*10 + int64(b[j]-'0')
		}
	}
	st.zoned = true
	switch j - i {
	case 10:
		st.sec = n
		if j+1 < len(b) && b[j] == '.' && isDigit(b[j+1]) {
			scale := int32(100_000_000)
			for j++; j < len(b) && isDigit(b[j]); j++ {
				st.nano += int32(b[j]-'0') * scale
				scale /= 10
			}
		}
	case 13:
		st.sec, st.nano = n/1e3, int32(n%1e3*1e6)
	case 16:
		st.sec, st.nano = n/1e6, int32(n%1e6*1e3)
	case 19:
		st.sec, st.nano = n/1e9, int32(n%1e9)
	default:
		return stamp{}, false
	}
	if b[i] == '0' || j < len(b) && (isWord(b[j]) || b[j] == '.' || b[j] == '-') {
		return stamp{}, false
	}
	st.end = j
	s.last = epoch
	return st, true
}

func hourMinute(b []byte, i int) (hour, min int, ok bool) {
	hour, o1 := two(b, i)
	min, o2 := two(b, i+3)
	return hour, min, o1 && o2 && hour < 24 && min < 60 && b[i+2] == ':'
}

// two reads two digits.
func two(b []byte, i int) (int, bool) {
	if i+2 > len(b) || !isDigit(b[i]) || !isDigit(b[i+1]) {
		return 0, false
	}
	return int(b[i]-'0')*10 + int(b[i+1]-'0'), true
}

// month reads an English month's first three letters.
func month(b []byte) time.Month {
	if len(b) < 3 {
		return 0
	}
	switch string(b[:3]) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

func isDigit(c byte) bool { return c-'0' < 10 }

// isWord reports a character of Go's \w.
func isWord(c byte) bool { return c-'0' < 10 || c|0x20-'a' < 26 || c == '_' }
