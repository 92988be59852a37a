// Package types stands in for Benana's: what its guide prints, and no more.
package types

import (
	"context"

	"github.com/go-fuego/fuego"
)

// PluginMetadata has the members that the guide's example fills.
type PluginMetadata struct {
	Name        string
	Version     string
	Description string
	Author      string
}

// PluginInterface has the guide's four methods.
type PluginInterface interface {
	Initialize(ctx context.Context) error
	GetMetadata() PluginMetadata
	RegisterRoutes(server *fuego.Server) error
	Cleanup(ctx context.Context) error
}
