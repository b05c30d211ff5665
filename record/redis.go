package record

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Redis samples a Redis server, or one that speaks its protocol, by INFO over
// one connection of its own, which is not counted.
func Redis(name, component, instance, url string) (Target, error) {
	if !strings.Contains(url, "://") {
		url = "redis://" + url
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return Target{}, errors.New("not a URL of Redis: " + reason(err))
	}
	options.PoolSize, options.MinIdleConns = 1, 0
	options.MaxRetries, options.DialerRetries = -1, 1 // the next tick is the next try
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.ContextTimeoutEnabled = true
	options.ClientName = applicationName
	options.DisableIdentity = true
	options.Protocol = 2
	redis.SetLogger(silent{})
	return Target{Name: name, Component: component, Instance: instance, Service: true,
		Sampler: &cache{client: redis.NewClient(options), component: component, instance: instance}}, nil
}

// A silent logger takes what go-redis would write to standard error, beside
// the errors that it returns: addresses, and as often as it tries.
type silent struct{}

// Printf writes nothing.
func (silent) Printf(context.Context, string, ...any) {}

type cache struct {
	client              *redis.Client
	component, instance string
}

// Close ends the connection.
func (c *cache) Close() error { return c.client.Close() }

// Sample asks for INFO.
func (c *cache) Sample(ctx context.Context) ([]Reading, error) {
	info, err := c.client.Info(ctx).Result()
	if err != nil {
		return nil, inWords(err)
	}
	s := &sheet{component: c.component, instance: c.instance}
	redisInfo(s, info)
	if len(s.readings) == 0 {
		return nil, errAnswer{"its INFO holds nothing that is known"}
	}
	return s.readings, nil
}

// infoMetrics are the fields of INFO that are recorded as they are
// (https://redis.io/docs/latest/commands/info).
var infoMetrics = []struct{ field, metric string }{
	{"used_memory", "memory_bytes"},
	{"maxmemory", "memory_limit_bytes"},
	{"mem_fragmentation_ratio", "fragmentation_ratio"},
	{"keyspace_hits", "hits_total"},
	{"keyspace_misses", "misses_total"},
	{"evicted_keys", "evictions_total"},
	{"expired_keys", "expired_total"},
	{"total_commands_processed", "commands_total"},
	{"maxclients", "connections_limit"},
	{"blocked_clients", "clients_blocked"},
	{"rejected_connections", "connections_refused_total"},
	{"uptime_in_seconds", "uptime_seconds"},
	{"total_error_replies", "errors_total"},
}

// redisInfo takes the readings out of INFO's answer.
func redisInfo(s *sheet, info string) {
	fields := map[string]string{}
	keys, databases := 0.0, 0
	for line := range strings.Lines(info) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		fields[name] = value
		if n, ok := strings.CutPrefix(name, "db"); ok {
			if _, err := strconv.Atoi(n); err == nil {
				for part := range strings.SplitSeq(value, ",") {
					if count, ok := strings.CutPrefix(part, "keys="); ok {
						n, err := strconv.ParseFloat(count, 64)
						if err == nil {
							keys, databases = keys+n, databases+1
						}
					}
				}
			}
		}
	}
	number := func(field string) (float64, bool) {
		x, err := strconv.ParseFloat(fields[field], 64)
		return x, err == nil
	}
	for _, m := range infoMetrics {
		if x, ok := number(m.field); ok {
			s.add(m.metric, x)
		}
	}
	if n, ok := number("connected_clients"); ok {
		s.add("connections", max(0, n-1)) // one is the recorder
	}
	user, ok1 := number("used_cpu_user")
	system, ok2 := number("used_cpu_sys")
	if ok1 && ok2 {
		s.add("cpu_seconds_total", user+system)
	}
	// An empty database is not listed.
	if _, ok := number("keyspace_hits"); ok || databases > 0 {
		s.add("keys", keys)
	}
}
