package prometheus

import "slices"

// poolSize is pgbouncer_exporter's figure of how large a pool of a database may
// be. Each of the database's users has one of its own of that size.
const (
	poolSize  = "pgbouncer_databases_pool_size"
	poolInUse = "pgbouncer_pools_server_active_connections"
)

// poolUsers returns the users whose pools of a database a PgBouncer shows at an
// instant. A database is called by its alias, which is the label name of its
// sizes and database of its pools.
func poolUsers(in []sample, size series) []string {
	name := poolDatabase(size)
	var users []string
	for _, s := range in {
		if s.name == poolInUse && s.labels["database"] == name && s.labels["instance"] == size.labels["instance"] && !slices.Contains(users, s.labels["user"]) {
			users = append(users, s.labels["user"])
		}
	}
	return users
}

func poolDatabase(size series) string {
	if name := size.labels["name"]; name != "" {
		return name
	}
	return size.labels["database"]
}
