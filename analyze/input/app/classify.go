package app

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A place is what the rules say of a path, whatever its value.
type place struct {
	level    int // of levels, -1 none
	instance string
	rules    []int // those whose pattern fits, in order
}

// lookUp tries the rules on a path.
func lookUp(l leaf) place {
	keys := l.keys
	if context := len(l.names) - len(keys); context > 0 {
		keys = append(slices.Clone(l.names[:context]), keys...)
	}
	if i, instance, ok := fitsLevels(keys, l.names); ok {
		return place{level: i, instance: clean(instance)}
	}
	p := place{level: -1}
	path := strings.Join(l.names, "_")
	if foreign.MatchString(path) {
		return p
	}
	for i, r := range rules {
		if r.pattern.MatchString(path) {
			p.rules = append(p.rules, i)
		}
	}
	return p
}

// classify tells what a leaf at a place is.
func (p place) classify(l leaf) (component, instance, metric string, scale float64, rank int, ok bool) {
	if p.level >= 0 {
		r := levels[p.level]
		scale, ok := l.scale(r.kind)
		return r.component, p.instance, r.metric, scale, 0, ok
	}
	for _, i := range p.rules {
		if scale, ok := l.scale(rules[i].kind); ok {
			return rules[i].component, "", rules[i].metric, scale, rules[i].rank, true
		}
	}
	return "", "", "", 0, 0, false
}

// scale returns what makes base units of the leaf, if it can be what is
// needed.
func (l leaf) scale(kind need) (float64, bool) {
	switch kind {
	case plain:
		return 1, l.unit.scale == 0 && l.value >= 0
	case latency:
		statistic := looksLikeTime(l.names[len(l.names)-1])
		if statistic && l.count == 0 {
			return 0, false // nothing was counted: a zero without meaning
		}
		u := l.unit
		if u.scale == 0 && statistic {
			u = l.said
		}
		return u.scale, u.suffix == "seconds" && l.value >= 0
	case elapsed:
		if l.unit.scale == 0 {
			return 1, l.value >= 0
		}
		return l.unit.scale, l.unit.suffix == "seconds" && l.value >= 0
	case size:
		switch {
		case l.unit.suffix == "bytes":
			return l.unit.scale, l.value >= 0
		case l.unit.scale == 0 && slices.ContainsFunc(l.near, func(k string) bool { return k == "heapUsed" || k == "HeapAlloc" }):
			return 1, true // Node's process.memoryUsage(), Go's runtime.MemStats: bytes
		case l.unit.scale == 0 && l.value >= 1<<20 && math.Mod(l.value, 4096) == 0:
			return 1, true // whole pages: bytes
		}
		return 0, false
	case share:
		if l.unit.scale == 0 && l.value > 1 {
			return 0, false
		}
		if l.unit.scale == 0 {
			return 1, l.value >= 0
		}
		return l.unit.scale, l.unit.suffix == "ratio"
	case cores:
		return 1, l.unit.scale == 0 && l.value > 0 && l.value <= 4096
	}
	return 0, false
}

// rootContext returns what the whole document is of, where a filter (jq
// '.db_pool') has cut it out of another and its keys tell.
func rootContext(v any) []string {
	o, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	has := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { _, ok := o[k]; return ok })
	}
	switch {
	case has("in_use", "inUse", "checkedout", "checked_out", "InUse") && has("size", "max", "idle", "Idle", "pool_size", "waiting", "MaxOpenConnections"):
		return []string{"db_pool"}
	case has("p50", "p95", "p99") && has("unit"):
		return []string{"response_times"}
	case has("depth", "length") && has("max", "rejected_total", "rejected"):
		return []string{"queue"}
	case has("active", "busy") && has("max") && !has("idle") && len(o) <= 3:
		return []string{"workers"}
	}
	types := 0
	for _, e := range o {
		t, ok := e.(map[string]any)
		if !ok {
			return nil
		}
		if _, limited := t["limited"]; limited {
			types++
		}
	}
	if types > 0 {
		return []string{"rate_limits"}
	}
	return nil
}

// reshape turns the forms in which libraries list metrics into objects whose
// keys are the metrics' names: a metric of Spring's actuator ({"name": …,
// "measurements": [{"statistic": …, "value": …}]}), and prom-client's list
// ([{"name": …, "values": [{"value": …, "labels": {…}}]}]), of which the values
// that have no labels are taken and those of counters added up.
func reshape(v any) []any {
	switch v := v.(type) {
	case map[string]any:
		name, ok := v["name"].(string)
		list, ok2 := v["measurements"].([]any)
		if !ok || !ok2 {
			return []any{v}
		}
		out := map[string]any{}
		base, _ := v["baseUnit"].(string)
		for _, m := range list {
			o, _ := m.(map[string]any)
			statistic, _ := o["statistic"].(string)
			key := name
			if base != "" && unitNamed(base).scale > 0 {
				key += "." + base
			}
			switch statistic {
			case "VALUE", "VALUES":
			case "COUNT":
				key = name + ".count"
				if unitNamed(base).scale == 0 {
					key = name + ".total"
				}
			case "TOTAL_TIME", "TOTAL":
				key += ".total"
			case "MAX":
				key = strings.Replace(key, name, name+".max", 1)
			default:
				continue
			}
			out[key] = o["value"]
		}
		return []any{out}
	case []any:
		out := map[string]any{}
		for _, e := range v {
			o, _ := e.(map[string]any)
			name, _ := o["name"].(string)
			values, _ := o["values"].([]any)
			sum, counted := 0.0, false
			for _, x := range values {
				x, _ := x.(map[string]any)
				if labels, _ := x["labels"].(map[string]any); len(labels) == 0 && x["metricName"] == nil {
					out[name] = x["value"]
				} else if n, ok := x["value"].(json.Number); ok && o["type"] == "counter" {
					f, _ := n.Float64()
					sum, counted = sum+f, true
				}
			}
			if _, there := out[name]; counted && !there {
				out[name] = json.Number(strconv.FormatFloat(sum, 'f', -1, 64))
			}
		}
		return []any{out}
	}
	return nil
}
