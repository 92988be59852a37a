// A processor by DataBridge's guide that registers itself when it is opened. It must lie in DataBridge's own module,
// whose package is internal, and be a package main.
package main

import (
	"bytes"

	"github.com/shawntherrien/databridge/internal/plugin"
	"github.com/shawntherrien/databridge/pkg/types"
)

type upper struct{}

func (upper) Process(data []byte) ([]byte, error) {
	return bytes.ToUpper(data), nil
}

func init() {
	info := plugin.NewProcessorInfo("Upper", "Upper", "1.0.0", "Example", "makes capital letters", []string{"text"})
	plugin.RegisterBuiltInProcessor("Upper", func() types.Processor { return upper{} }, info)
}
