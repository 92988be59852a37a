// Package types stands in for DataBridge's. The guide names Processor and prints none of its methods: Process is a
// guess.
package types

// Processor turns data into other data.
type Processor interface {
	Process(data []byte) ([]byte, error)
}
