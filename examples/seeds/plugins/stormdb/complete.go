//go:build !incomplete

package main

import (
	"database/sql"
	"sync/atomic"
)

func (c *counters) ExecuteOperation(db *sql.DB, operation string) error {
	err := c.one(db, operation)
	if err == nil {
		atomic.AddInt64(&c.done, 1)
	}
	return err
}

func (c *counters) GetMetrics() map[string]interface{} {
	return map[string]interface{}{"operations": atomic.LoadInt64(&c.done)}
}
