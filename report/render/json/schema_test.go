package json

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"
)

// schema is the published tree of results.json: F is a figure, a list holds
// the form of its elements, "a|b" the values that a text may have, and a
// leading ? says that null may stand there. A key behind "+ " is ours, added
// to the published ones.
const schema = `{
 "schema": "peakload.results/1",
 "verdict": "pass|fail|incomplete",
 "run": {"label": "text", "tool": "text", "start": "?time", "end": "?time", "duration_s": "?number", "host": "?text",
         "users_planned": "?number", "users_peak": "?number", "spawn_rate": "F", "requests": "?number", "failures": "?number",
         "endpoints": "number", "inputs": [{"file": "text", "kind": "text", "sha256": "text", "bytes": "number"}], "+ whole_run": "W"},
 "targets": [{"name": "text", "metric": "text", "op": "<|<=|>|>=", "limit": "number", "unit": "UNIT", "scope": "text", "actual": "F", "whole_run": "F",
              "status": "pass|fail|borderline|not_measured", "+ endpoint": "?text", "+ why": "text", "+ stated": "text"}],
 "phases": [{"name": "text", "kind": "ramp_up|peak|step|ramp_down|recovery|idle", "start_s": "number", "end_s": "number",
             "users_from": "number", "users_to": "number", "requests": "F", "failures": "F", "rps": "F", "latency_mean": "F", "latency_p50": "F",
             "latency_p95": "F", "latency_p99": "F", "error_rate": "F", "status": "pass|fail|borderline|not_measured",
             "+ latency_max": "F", "+ rate_limited": "F", "+ why": "text"}],
 "endpoints": [{"method": "text", "name": "text", "requests": "F", "failures": "F", "rps": "F", "latency_mean": "F", "latency_p50": "F",
                "latency_p95": "F", "latency_p99": "F", "share_of_slowdown": "F", "+ latency_max": "F", "+ rate_limited": "F", "+ error_rate": "F",
                "+ phases": [{"phase": "text", "requests": "F", "failures": "F", "rate_limited": "F", "rps": "F", "latency_mean": "F", "latency_p50": "F",
                              "latency_p95": "F", "latency_p99": "F", "latency_max": "F", "error_rate": "F"}]}],
 "stability": {"status": "pass|fail|borderline|not_measured", "outages": ["OUTAGE"], "restarts": ["text"],
               "+ why": "text", "+ stalls": ["OUTAGE"], "+ lost_workers": "number"},
 "resources": [{"component": "text", "metric": "text", "normal": "F", "peak": "F", "capacity": "F",
                "saturation": "F", "status": "ok|high|saturated|not_measured", "+ title": "text", "+ normal_from": "?text", "+ why": "text",
                "+ onset_s": "?number", "+ of_host": "bool"}],
 "rate_limit": {"user_types": ["USERS"], "total": "USERS", "system_protected": "YESNO", "no_resource_exhaustion": "YESNO", "graceful_429": "YESNO",
                "+ why": {"system_protected": "text", "no_resource_exhaustion": "text", "graceful_429": "text"}},
 "failures": {"by_class": [{"class": "CLASS", "count": "F", "endpoints": ["HITS"], "examples": ["text"]}],
              "pool_exhaustion": {"occurred": "YESNO", "at_users": "F", "recovery_s": "F", "impact": "?text", "+ evidence": "text"},
              "timeouts": {"count": "F", "ratio": "F", "endpoints": ["HITS"], "root_cause": "?text"},
              "database": {"connection": "F", "query_timeout": "F", "lock_timeout": "F", "other": "F"}, "+ classified": "F"},
 "capacity": {"outcome": "broke|did_not_break|not_identifiable", "max_users": "F", "max_rps": "F", "breaking_point_users": "F", "breaking_metric": "?text",
              "recovery_s": "F", "recovery_outcome": "recovered|not_recovered|not_observed|nothing_to_recover",
              "+ breaking_target": "?text", "+ model": "bool", "+ broke_at_s": "?number", "+ knee_users": "F", "+ think_time_s": "F", "+ shape": "text", "+ why": "text",
              "+ text": {"max_users": "text", "max_rps": "text", "breaking_point": "text", "recovery": "text"},
              "+ notes": {"max_users": "text", "max_rps": "text", "breaking_point": "text", "recovery": "text"},
              "+ levels": [], "+ load_generator_late": "YESNO", "+ load_generator_why": "text", "+ usl": "?text"},
 "+ diagnosis": "text",
 "bottlenecks": ["BOTTLENECK"], "+ suspicions": ["BOTTLENECK"],
 "+ ruled_out": [{"kind": "KIND", "why": "text"}],
 "not_looked_at": [{"kind": "KIND", "need": "text"}],
 "degradation": {"bands": [{"from_users": "number", "to_users": "?number", "rps": "F", "latency_p95": "F", "error_rate": "F",
                            "status": "pass|fail|borderline|not_measured", "+ label": "text", "+ behavior": "text", "+ seconds": "number",
                            "+ latency_mean": "F", "+ why": "text"}],
                 "mechanisms": [{"name": "text", "seen": "YESNO", "evidence": "text"}]},
 "issues": [{"severity": "P0|P1|P2", "title": "text", "evidence": "text"}],
 "recommendations": {"immediate": ["text"], "capacity": ["text"],
                     "scaling": {"horizontal": "?text", "vertical": "?text", "auto_scaling": "?text", "load_balancing": "?text"}},
 "baseline": {"label": "?text", "rows": [{"metric": "text", "baseline": "F", "current": "F", "difference": "F", "relative": "F", "significant": "?bool",
              "+ why": "text"}], "+ current": "?text", "+ notes": ["text"]},
 "expectations": [{"text": "text", "answer": "YESNO", "evidence": "text"}],
 "data_quality": [{"code": "text", "severity": "info|warn|error", "message": "text", "source": "text"}],
 "document": {"file": "text", "blanks": "number", "filled": "number", "kept": [{"line": "number", "text": "text"}], "not_measured": "?number",
              "unknown": [{"line": "number", "text": "text"}]},
 "+ trend": "?TREND", "+ basis": "?BASIS"
}`

// named are the forms that the schema uses by name.
var named = map[string]string{
	"W": `{"requests": "F", "failures": "F", "rate_limited": "F", "rps": "F", "latency_mean": "F", "latency_p50": "F", "latency_p95": "F",
	       "latency_p99": "F", "latency_max": "F", "error_rate": "F"}`,
	"OUTAGE": `{"start_s": "number", "end_s": "number", "evidence": "text", "+ users": "number"}`,
	"USERS":  `{"name": "text", "requests": "F", "limited": "F", "ratio": "F", "status": "active|not_triggered|ineffective|not_measured", "+ why": "text"}`,
	"HITS":   `{"method": "text", "name": "text", "count": "number"}`,
	"BOTTLENECK": `{"rank": "number", "kind": "KIND", "component": "text", "symptom": "text", "impact": "text", "recommendation": "text", "score": "number",
	                 "onset_s": "?number", "evidence": [{"text": "text", "figure": "F"}], "+ suspected": "bool", "+ consequence": "?text"}`,
	"TREND": `{"points": [{"label": "text", "start": "?time", "file": "?text", "users": "number", "latency_mean": "F", "latency_p50": "F", "latency_p95": "F",
	                       "latency_p99": "F", "error_rate": "F", "rps": "F"}],
	           "changes": [{"metric": "text", "at": "number", "before": "number", "after": "number", "p": "number"}], "notes": ["text"]}`,
	"BASIS": `{"plateau": "text", "users": "number", "length_s": "?number", "figures": "any",
	           "windows": {"seconds": ["?number"], "requests": ["?number"], "failed": ["?number"], "latency_sum_s": ["?number"]},
	           "quantiles": "any", "quantile_window_s": "number",
	           "endpoints": [{"method": "text", "name": "text", "share": "?number", "latency_mean_s": "?number"}],
	           "cpu": ["?number"], "cpu_metric": "?text", "cpu_of": "?text", "cores": "?number"}`,
	"KIND":  `"connection_pool|app_cpu|db_cpu|host_cpu|lock_contention|cache|worker_queue|memory|slow_endpoint|load_generator|network|disk|crash"`,
	"YESNO": `"yes|no|not_measured"`,
	"UNIT":  `"s|ratio|bytes|per_second|users|count"`,
	"CLASS": `"rate_limited|timeout|connection|pool|db_connection|db_query_timeout|db_lock_timeout|db_other|http_4xx|http_5xx|assertion|other"`,
	"NUMBER": `{"value": "number", "unit": "UNIT", "low": "?number", "high": "?number", "method": "exact|windowed|bounded|estimated",
	            "source": [{"file": "text", "lines": "text", "column": "text", "formula": "text"}]}`,
	"NONE": `{"value": "?number", "unit": "UNIT", "why": "no_source|no_samples|not_derivable|not_identifiable|not_applicable", "need": "text"}`,
}

func tree(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// conforms compares a value with its form, key by key.
func conforms(t *testing.T, path string, got, form any) (wrong []string) {
	fail := func(format string, args ...any) {
		wrong = append(wrong, path+": "+fmt.Sprintf(format, args...))
	}
	switch form := form.(type) {
	case map[string]any:
		obj, ok := got.(map[string]any)
		if !ok {
			fail("%T is no object", got)
			return wrong
		}
		known := map[string]bool{}
		for key, sub := range form {
			key = strings.TrimPrefix(key, "+ ")
			known[key] = true
			v, there := obj[key]
			if !there {
				fail("key %q is missing", key)
				continue
			}
			wrong = append(wrong, conforms(t, path+"."+key, v, sub)...)
		}
		for key := range obj {
			if !known[key] {
				fail("key %q is not in the schema", key)
			}
		}
	case []any:
		list, ok := got.([]any)
		if !ok {
			fail("%T is no list", got)
			return wrong
		}
		if len(form) == 0 && len(list) > 0 {
			fail("should be empty")
		}
		for i, v := range list {
			wrong = append(wrong, conforms(t, fmt.Sprintf("%s[%d]", path, i), v, form[0])...)
		}
	case string:
		if form == "F" {
			form = "NUMBER"
			if obj, ok := got.(map[string]any); ok && obj["value"] == nil {
				form = "NONE"
			}
		}
		if sub, ok := named[form]; ok {
			return conforms(t, path, got, tree(t, sub))
		}
		if form, ok := strings.CutPrefix(form, "?"); ok {
			if got == nil {
				return nil
			}
			return conforms(t, path, got, form)
		}
		text, isText := got.(string)
		ok := false
		switch form {
		case "any":
			ok = true
		case "text":
			ok = isText
		case "number":
			_, ok = got.(float64)
		case "bool":
			_, ok = got.(bool)
		case "time":
			_, err := time.Parse(time.RFC3339, text)
			ok = err == nil && strings.HasSuffix(text, "Z")
		default:
			for _, one := range strings.Split(form, "|") {
				ok = ok || isText && text == one
			}
		}
		if !ok {
			fail("%v is no %s", got, form)
		}
	}
	sort.Strings(wrong)
	return wrong
}

func check(t *testing.T, out []byte) {
	t.Helper()
	for _, w := range conforms(t, "results", tree(t, string(out)), tree(t, schema)) {
		t.Error(w)
	}
}

// The checker itself finds what is wrong.
func TestConforms(t *testing.T) {
	form := tree(t, `{"a": "F", "b": ["x|y"], "c": "?text"}`)
	for got, want := range map[string]int{
		`{"a": {"value": null, "unit": "s", "why": "no_source", "need": ""}, "b": ["x"], "c": null}`:                   0,
		`{"a": {"value": 1, "unit": "s", "low": 1, "high": null, "method": "exact", "source": []}, "b": [], "c": "z"}`: 0,
		`{"a": {"value": null, "unit": "s"}, "b": ["z"], "c": 5, "d": 1}`:                                              5,
		`{"a": 1, "b": null}`: 3,
	} {
		if wrong := conforms(t, "", tree(t, got), form); len(wrong) != want {
			t.Errorf("%s: %d: %v", got, len(wrong), wrong)
		}
	}
}

func write(t *testing.T, w func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := w(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
