package app

import (
	"encoding/json"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A walk collects the numbers of a document.
type walk struct {
	said   unit // of the only unit that the whole document names
	leaves []leaf
}

// into goes through a value. Lists of numbers are histograms or histories and
// are left out; lists of objects with names are levels.
func (w *walk) into(v any, context, keys, names []string, said unit, near []string, count float64) {
	if len(keys) > mostDepth || len(w.leaves) >= mostLeaves {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if text, ok := v["unit"].(string); ok {
			said = unitNamed(text)
		}
		count = math.NaN()
		if n, ok := v["count"].(json.Number); ok {
			count, _ = n.Float64()
		}
		near = make([]string, 0, len(v))
		for k := range v {
			near = append(near, k)
		}
		sort.Strings(near)
		for _, k := range near {
			name := words(k)
			if len(name) == 0 {
				continue
			}
			w.into(v[k], context, append(slices.Clone(keys), k), append(slices.Clone(names), strings.Join(name, "_")), said, near, count)
		}
	case []any:
		for i, e := range v {
			o, ok := e.(map[string]any)
			if !ok {
				continue
			}
			key := strconv.Itoa(i)
			for _, k := range []string{"name", "id", "type"} {
				if text, ok := o[k].(string); ok && len(words(text)) > 0 {
					key = text
					break
				}
			}
			w.into(o, context, append(slices.Clone(keys), key), append(slices.Clone(names), strings.Join(words(key), "_")), said, near, count)
		}
	case json.Number:
		w.leaf(v, context, keys, names, said, near, count)
	}
}

func (w *walk) leaf(n json.Number, context, keys, names []string, said unit, near []string, count float64) {
	x, err := n.Float64()
	if err != nil || math.IsInf(x, 0) || len(names) == 0 {
		return
	}
	l := leaf{keys: keys, value: x, said: said, near: near, count: count}
	if said.scale == 0 {
		l.said = w.said
	}
	if text := n.String(); !strings.ContainsAny(text, "eE") {
		if _, digits, ok := strings.Cut(text, "."); ok {
			l.step = math.Pow10(-len(digits))
		}
	}
	last := len(names) - 1
	rest, u := split(strings.Split(names[last], "_"))
	l.unit = u
	l.names = append(slices.Clone(context), names[:last]...)
	l.names = append(l.names, strings.Join(rest, "_"))
	w.leaves = append(w.leaves, l)
}

// onlyUnit returns the unit of time that a document names, if it is one only.
func onlyUnit(v any, depth int) unit {
	found := unit{}
	if depth > mostDepth {
		return found
	}
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			u := unit{}
			if text, ok := e.(string); ok && (k == "unit" || strings.HasSuffix(k, "_unit")) {
				u = unitNamed(text)
			} else {
				u = onlyUnit(e, depth+1)
			}
			if u.suffix != "seconds" {
				if u.scale < 0 {
					return u
				}
				continue
			}
			if found.scale != 0 && found != u {
				return unit{scale: -1}
			}
			found = u
		}
	case []any:
		for _, e := range v {
			if u := onlyUnit(e, depth+1); u.scale != 0 {
				if found.scale != 0 && found != u {
					return unit{scale: -1}
				}
				found = u
			}
		}
	}
	return found
}
