// {{name}}: routes by Benana's guide: notes that are kept in memory.
package main

import (
	"context"
	"sync"

	"benana/types"

	"github.com/go-fuego/fuego"
)

type notes struct {
	lock sync.Mutex
	all  []string
}

// NewPlugin is what the host looks up.
func NewPlugin() types.PluginInterface {
	return &notes{}
}

func (n *notes) Initialize(ctx context.Context) error {
	return ctx.Err()
}

func (n *notes) GetMetadata() types.PluginMetadata {
	return types.PluginMetadata{Name: "{{name}}", Version: "0.1.0", Description: "notes that are kept in memory"}
}

func (n *notes) RegisterRoutes(server *fuego.Server) error {
	fuego.Get(server, "/{{name}}", n.list)
	fuego.Post(server, "/{{name}}", n.add)
	return nil
}

func (n *notes) Cleanup(ctx context.Context) error {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.all = nil
	return nil
}

func (n *notes) list(c fuego.ContextNoBody) ([]string, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	return append([]string{}, n.all...), nil
}

func (n *notes) add(c fuego.ContextWithBody[map[string]string]) (int, error) {
	body, err := c.Body()
	if err != nil {
		return 0, err
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	n.all = append(n.all, body["text"])
	return len(n.all), nil
}
