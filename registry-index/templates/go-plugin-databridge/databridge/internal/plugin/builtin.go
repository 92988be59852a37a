// Package plugin stands in for DataBridge's, as far as its guide registers a processor.
package plugin

import (
	"sort"
	"sync"

	"github.com/shawntherrien/databridge/pkg/types"
)

// ProcessorInfo says what a processor is.
type ProcessorInfo struct {
	ID, Name, Version, Author, Description string
	Tags                                   []string
}

// NewProcessorInfo takes its parts in the order of the guide.
func NewProcessorInfo(id, name, version, author, description string, tags []string) ProcessorInfo {
	return ProcessorInfo{id, name, version, author, description, tags}
}

// Registered is a processor and how one is made.
type Registered struct {
	Info    ProcessorInfo
	Factory func() types.Processor
}

var (
	lock sync.Mutex
	all  = map[string]Registered{}
)

// RegisterBuiltInProcessor is called by init functions.
func RegisterBuiltInProcessor(name string, factory func() types.Processor, info ProcessorInfo) {
	lock.Lock()
	defer lock.Unlock()
	all[name] = Registered{info, factory}
}

// Processors lists what was registered, by name.
func Processors() []Registered {
	lock.Lock()
	defer lock.Unlock()
	list := []Registered{}
	for _, registered := range all {
		list = append(list, registered)
	}
	sort.Slice(list, func(a, b int) bool { return list[a].Info.ID < list[b].Info.ID })
	return list
}
