package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

// The shop's limits, which a report on it must name.
const (
	shopPool        = 4                      // connections to the database
	shopPoolTimeout = 300 * time.Millisecond // that a request waits for one
	shopWriterLimit = 10                     // requests a second of users of the type "writer"
)

// shop is the application that the end-to-end test puts under load: a feed
// that is cached in Redis, orders that are rate-limited by user type, and a
// small pool of connections to Postgres that both need. It takes its address
// and those of its servers from the environment, and runs until it is killed.
func shop() {
	ctx := context.Background()
	config, err := pgxpool.ParseConfig(os.Getenv("SHOP_POSTGRES"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "shop: SHOP_POSTGRES is no URL")
		os.Exit(1)
	}
	config.MaxConns, config.MinConns = shopPool, 1
	db, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		fmt.Fprintln(os.Stderr, "shop: no pool")
		os.Exit(1)
	}
	options, err := redis.ParseURL(os.Getenv("SHOP_REDIS"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "shop: SHOP_REDIS is no URL")
		os.Exit(1)
	}
	a := &shopApp{db: db, cache: redis.NewClient(options), begin: time.Now(), types: map[string]*shopType{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feed", a.limited(a.feed))
	mux.HandleFunc("POST /orders", a.limited(a.order))
	mux.HandleFunc("GET /metrics/json", a.metricsJSON)
	mux.HandleFunc("GET /metrics", a.metricsText)
	fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Getenv("SHOP_ADDRESS"), mux))
	os.Exit(1)
}

type shopApp struct {
	db    *pgxpool.Pool
	cache *redis.Client
	begin time.Time

	mu               sync.Mutex
	types            map[string]*shopType
	waiting          int
	failed, timeouts int64
}

// A shopType counts the requests of a user type.
type shopType struct {
	requests, limited int64
	second            int64 // that inSecond counts
	inSecond          int64
}

func (a *shopApp) limited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.Header.Get("X-User-Type")
		a.mu.Lock()
		t := a.types[name]
		if t == nil {
			t = &shopType{}
			a.types[name] = t
		}
		if now := time.Now().Unix(); t.second != now {
			t.second, t.inSecond = now, 0
		}
		t.requests++
		t.inSecond++
		refuse := name == "writer" && t.inSecond > shopWriterLimit
		if refuse {
			t.limited++
		}
		a.mu.Unlock()
		if refuse {
			http.Error(w, "Too Many Requests", http.StatusTooManyRequests)
			return
		}
		next(w, r)
	}
}

// query takes a connection from the pool for 50 ms.
func (a *shopApp) query(ctx context.Context) error {
	count := func(n int) {
		a.mu.Lock()
		a.waiting += n
		a.mu.Unlock()
	}
	count(1)
	patient, cancel := context.WithTimeout(ctx, shopPoolTimeout)
	conn, err := a.db.Acquire(patient)
	cancel()
	count(-1)
	if err != nil {
		a.mu.Lock()
		a.timeouts++
		a.mu.Unlock()
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, "SELECT pg_sleep(0.05)")
	return err
}

func (a *shopApp) feed(w http.ResponseWriter, r *http.Request) {
	key := "feed:" + r.URL.Query().Get("id")
	text, err := a.cache.Get(r.Context(), key).Result()
	if err != nil {
		if err := a.query(r.Context()); err != nil {
			a.fail(w)
			return
		}
		text = strings.Repeat("x", 16<<10)
		a.cache.Set(r.Context(), key, text, 0)
	}
	fmt.Fprintln(w, len(text))
}

func (a *shopApp) order(w http.ResponseWriter, r *http.Request) {
	if err := a.query(r.Context()); err != nil {
		a.fail(w)
		return
	}
	fmt.Fprintln(w, "ordered")
}

func (a *shopApp) fail(w http.ResponseWriter) {
	a.mu.Lock()
	a.failed++
	a.mu.Unlock()
	http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
}

func (a *shopApp) metricsJSON(w http.ResponseWriter, _ *http.Request) {
	stat := a.db.Stat()
	a.mu.Lock()
	defer a.mu.Unlock()
	types, total := map[string]any{}, int64(0)
	for name, t := range a.types {
		types[name] = map[string]any{"requests": t.requests, "limited": t.limited}
		total += t.requests
	}
	json.NewEncoder(w).Encode(map[string]any{
		"uptime_seconds": time.Since(a.begin).Seconds(),
		"db_pool":        map[string]any{"size": stat.MaxConns(), "in_use": stat.AcquiredConns(), "idle": stat.IdleConns(), "waiting": a.waiting, "timeouts_total": a.timeouts},
		"rate_limits":    types,
		"requests":       map[string]any{"total": total},
		"errors":         map[string]any{"database": a.failed},
	})
}

func (a *shopApp) metricsText(w http.ResponseWriter, _ *http.Request) {
	stat := a.db.Stat()
	a.mu.Lock()
	defer a.mu.Unlock()
	fmt.Fprintf(w, "# TYPE db_pool_in_use gauge\ndb_pool_in_use %d\n# TYPE db_pool_size gauge\ndb_pool_size %d\n# TYPE db_pool_waiting gauge\ndb_pool_waiting %d\n# TYPE db_pool_timeouts_total counter\ndb_pool_timeouts_total %d\n",
		stat.AcquiredConns(), stat.MaxConns(), a.waiting, a.timeouts)
	fmt.Fprintln(w, "# TYPE rate_limited_total counter")
	for name, t := range a.types {
		fmt.Fprintf(w, "rate_limited_total{user_type=%q} %d\n", name, t.limited)
	}
	fmt.Fprintln(w, "# TYPE requests_total counter")
	for name, t := range a.types {
		fmt.Fprintf(w, "requests_total{user_type=%q} %d\n", name, t.requests)
	}
}
