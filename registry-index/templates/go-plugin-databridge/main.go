// {{name}}: a processor by DataBridge's guide, which registers itself when it is opened.
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
	info := plugin.NewProcessorInfo(
		"{{name}}", "{{name}}", "0.1.0", "{{publisher}}", "makes capital letters", []string{"text"})
	plugin.RegisterBuiltInProcessor("{{name}}", func() types.Processor { return upper{} }, info)
}

func main() {}
