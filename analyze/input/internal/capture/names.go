package capture

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// monthPrefixes are the months' names in English, German, French, Spanish,
// Italian, Dutch, Portuguese, Polish, Swedish and Russian, cut to what date and
// psql print at least. None means two months among these languages.
var monthPrefixes = map[string]int{
	"jan": 1, "ene": 1, "gen": 1, "sty": 1, "янв": 1,
	"feb": 2, "fév": 2, "fev": 2, "lut": 2, "фев": 2,
	"mar": 3, "mär": 3, "mrz": 3, "mrt": 3, "maa": 3, "мар": 3,
	"apr": 4, "avr": 4, "abr": 4, "kwi": 4, "апр": 4,
	"may": 5, "mai": 5, "mag": 5, "mei": 5, "maj": 5, "мая": 5, "май": 5,
	"jun": 6, "juin": 6, "giu": 6, "cze": 6, "июн": 6,
	"jul": 7, "juil": 7, "lug": 7, "lip": 7, "июл": 7,
	"aug": 8, "aoû": 8, "ago": 8, "sie": 8, "авг": 8,
	"sep": 9, "set": 9, "wrz": 9, "сен": 9,
	"oct": 10, "okt": 10, "ott": 10, "out": 10, "paź": 10, "окт": 10,
	"nov": 11, "lis": 11, "ноя": 11,
	"dec": 12, "dez": 12, "déc": 12, "dic": 12, "gru": 12, "дек": 12,
}

// weekdayNames are those languages' days of the week as date shortens them, and
// the English ones cut to three letters.
var weekdayNames = " mon tue wed thu fri sat sun mo di mi do fr sa so lun mar mer jeu ven sam dim mié jue vie sáb dom gio sab " +
	"ma wo vr za zo seg ter qua qui sex pon wto śro czw pią sob nie mån tis ons tor fre lör sön пн вт ср чт пт сб вс "

// lettersOf returns a word in lower case without a stop; "" if it is none.
func lettersOf(word string) string {
	word = strings.ToLower(strings.TrimSuffix(word, "."))
	if len(word) > 30 || strings.ContainsAny(word, "0123456789:+-/_.") {
		return ""
	}
	return word
}

// prefix returns a word's first n letters.
func prefix(word string, n int) string {
	for i := range word {
		if n == 0 {
			return word[:i]
		}
		n--
	}
	return word
}

// monthOf returns the month, from one, that a word names; 0 none.
func monthOf(word string) int {
	word = lettersOf(word)
	if utf8.RuneCountInString(word) < 3 {
		return 0
	}
	if m := monthPrefixes[prefix(word, 4)]; m > 0 {
		return m
	}
	return monthPrefixes[prefix(word, 3)]
}

// isWeekday reports whether a word names a day of the week.
func isWeekday(word string) bool {
	word = lettersOf(word)
	if word == "" || strings.Contains(word, " ") {
		return false
	}
	if strings.Contains(weekdayNames, " "+word+" ") {
		return true
	}
	return len(word) <= 9 && strings.HasSuffix(word, "day") && strings.Contains(weekdayNames, " "+prefix(word, 3)+" ")
}

var (
	compact = regexp.MustCompile(`^(20\d\d)(\d\d)(\d\d)[T_ -](\d\d):?(\d\d):?(\d\d)(?:[.,](\d{1,9}))? ?(Z|[+-]\d\d:?\d\d)?$`)
	dotted  = regexp.MustCompile(`^(\d{1,2})([./])(\d{1,2})([./])(20\d\d),? (\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))? ?([A-Za-z]{2,5}|[+-]\d\d:?\d\d)?$`)
	eastern = regexp.MustCompile(`^(\d{4})年 *(\d{1,2})月 *(\d{1,2})日[ (]*\pL*\)? *(\d{1,2})[:時时](\d\d)[:分](\d\d)秒? ?([A-Z]{2,5})?$`)
)

// digitsTime reads times of digits alone: "20261124T121939Z", the Japanese and
// Chinese date's, "24.11.2026 12:19:39", and with slashes where only one of
// day and month can be either: 5/6/2026 is two days.
func digitsTime(text string) (unix float64, local, ok bool) {
	whole := func(m []string, at ...int) (n [6]int) {
		for i, k := range at {
			n[i], _ = strconv.Atoi(m[k])
		}
		return n
	}
	if m := compact.FindStringSubmatch(text); m != nil {
		n := whole(m, 1, 2, 3, 4, 5, 6)
		return instant(n[0], n[1], n[2], n[3], n[4], n[5], m[7], m[8])
	}
	if m := eastern.FindStringSubmatch(text); m != nil {
		n := whole(m, 1, 2, 3, 4, 5, 6)
		return instant(n[0], n[1], n[2], n[3], n[4], n[5], "", m[7])
	}
	m := dotted.FindStringSubmatch(text)
	if m == nil || m[2] != m[4] {
		return 0, false, false
	}
	n := whole(m, 5, 3, 1, 6, 7, 8)
	if m[2] == "/" && n[1] != n[2] {
		switch {
		case n[1] <= 12 && n[2] <= 12:
			return 0, false, false
		case n[1] > 12:
			n[1], n[2] = n[2], n[1]
		}
	}
	zone := strings.ToUpper(m[10])
	if zone == "AM" || zone == "PM" {
		if n[3] < 1 || n[3] > 12 {
			return 0, false, false
		}
		if n[3] %= 12; zone == "PM" {
			n[3] += 12
		}
		zone = ""
	}
	return instant(n[0], n[1], n[2], n[3], n[4], n[5], m[9], zone)
}
