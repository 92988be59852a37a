//go:build incomplete

package main

import "database/sql"

// With other arguments than the guide's, and without GetMetrics: the probe's test.
func (c *counters) ExecuteOperation(db *sql.DB) error {
	return c.one(db, "read")
}
