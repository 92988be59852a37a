// {{name}}: a workload by StormDB's guide: counters that are raised and read.
package main

import (
	"database/sql"
	"fmt"
	"math/rand"
	"sync/atomic"

	"github.com/elchinoo/stormdb/pkg/plugin"
)

type counters struct {
	rows int
	done int64
}

// Initialize takes `rows`; a number that came from YAML or JSON may be of either type.
func (c *counters) Initialize(config map[string]interface{}) error {
	c.rows = 100
	for name, value := range config {
		if name != "rows" {
			return fmt.Errorf("there is no option `%s`", name)
		}
		switch number := value.(type) {
		case int:
			c.rows = number
		case float64:
			c.rows = int(number)
		default:
			return fmt.Errorf("`rows` is no number")
		}
	}
	if c.rows < 1 {
		return fmt.Errorf("`rows` must be positive")
	}
	return nil
}

// GetInfo says what plugin.yaml says.
func (c *counters) GetInfo() plugin.PluginInfo {
	return plugin.PluginInfo{Name: "{{name}}", Version: "0.1.0", Description: "counters that are raised and read"}
}

func (c *counters) Setup(db *sql.DB) error {
	if _, err := db.Exec("CREATE TABLE counters (id INTEGER PRIMARY KEY, value BIGINT NOT NULL)"); err != nil {
		return err
	}
	_, err := db.Exec("INSERT INTO counters SELECT id, 0 FROM generate_series(1, $1) AS id", c.rows)
	return err
}

func (c *counters) Cleanup(db *sql.DB) error {
	_, err := db.Exec("DROP TABLE IF EXISTS counters")
	return err
}

func (c *counters) GetOperationTypes() map[string]int {
	return map[string]int{"raise": 30, "read": 70}
}

func (c *counters) ExecuteOperation(db *sql.DB, operation string) error {
	id := rand.Intn(c.rows) + 1
	var err error
	switch operation {
	case "raise":
		_, err = db.Exec("UPDATE counters SET value = value + 1 WHERE id = $1", id)
	case "read":
		var value int64
		err = db.QueryRow("SELECT value FROM counters WHERE id = $1", id).Scan(&value)
	default:
		err = fmt.Errorf("there is no operation `%s`", operation)
	}
	if err == nil {
		atomic.AddInt64(&c.done, 1)
	}
	return err
}

func (c *counters) GetMetrics() map[string]interface{} {
	return map[string]interface{}{"operations": atomic.LoadInt64(&c.done)}
}

// GetPlugin is what the host looks up. Without `//export`: cgo can't export a function that returns a Go type.
func GetPlugin() plugin.WorkloadPlugin {
	return &counters{}
}

func main() {}
