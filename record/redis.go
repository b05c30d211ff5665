package record

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Redis samples a Redis server, or one that speaks its protocol, by INFO over
// one connection of its own, which is not counted. What INFO says is for read
// to tell.
func Redis(name, component, instance, url string, read Reader) (Target, error) {
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
		Sampler: &cache{client: redis.NewClient(options), read: read}}, nil
}

// A silent logger takes what go-redis would write to standard error, beside
// the errors that it returns: addresses, and as often as it tries.
type silent struct{}

// Printf writes nothing.
func (silent) Printf(context.Context, string, ...any) {}

type cache struct {
	client *redis.Client
	read   Reader
}

// Close ends the connection.
func (c *cache) Close() error { return c.client.Close() }

// Sample asks for INFO.
func (c *cache) Sample(ctx context.Context) ([]Reading, error) {
	info, err := c.client.Info(ctx).Result()
	if said := redis.Error(nil); errors.As(err, &said) && !strings.HasPrefix(said.Error(), "LOADING") {
		return nil, &Unusable{inWords(err)} // a password, or no room for a client
	}
	if err != nil {
		return nil, inWords(err)
	}
	readings, err := c.read([]byte(info), float64(time.Now().UnixMilli())/1000)
	for i := range readings {
		if r := &readings[i]; r.Metric == "connections" {
			r.Value = max(0, r.Value-1) // one is the recorder's
		}
	}
	return readings, err
}
