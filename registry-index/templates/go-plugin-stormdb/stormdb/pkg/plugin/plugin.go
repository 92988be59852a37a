// Package plugin stands in for StormDB's of this name: what its guide prints, and no more.
package plugin

import "database/sql"

// PluginInfo has the members that the guide's examples fill.
type PluginInfo struct {
	Name        string
	Version     string
	Description string
	Author      string
}

// WorkloadPlugin is the guide's interface.
type WorkloadPlugin interface {
	Initialize(config map[string]interface{}) error
	GetInfo() PluginInfo
	Setup(db *sql.DB) error
	Cleanup(db *sql.DB) error
	ExecuteOperation(db *sql.DB, operationType string) error
	GetOperationTypes() map[string]int
	GetMetrics() map[string]interface{}
}
