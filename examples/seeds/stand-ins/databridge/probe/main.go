// Opens a plugin of DataBridge and lists what its init functions registered. It has to be a part of DataBridge's
// module, and built from the same sources with the same flags, or Go does not open the plugin.
package main

import (
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
	"plugin"

	registry "github.com/shawntherrien/databridge/internal/plugin"
)

type report struct {
	Convention string   `json:"convention"`
	Symbol     string   `json:"symbol"`
	OK         bool     `json:"ok"`
	Missing    []string `json:"missing"`
	Notes      []string `json:"notes"`
}

// isGoPlugin looks for Go's runtime among the symbols that a plugin shares with its host. A library without it ends the
// process that opens it: `fatal error: runtime: no plugin module data`.
func isGoPlugin(file string) bool {
	opened, err := elf.Open(file)
	if err != nil {
		return false
	}
	defer opened.Close()
	symbols, _ := opened.DynamicSymbols()
	for _, symbol := range symbols {
		if symbol.Name == "runtime.lastmoduledatap" {
			return true
		}
	}
	return false
}

// look calls each factory; what panics is no processor.
func look(r *report) {
	defer func() {
		if fault := recover(); fault != nil {
			r.OK = false
			r.Notes = append(r.Notes, fmt.Sprint("it panicked: ", fault))
		}
	}()
	processors := registry.Processors()
	r.OK = len(processors) > 0
	if !r.OK {
		r.Missing = append(r.Missing, "RegisterBuiltInProcessor, called by an init function")
	}
	for _, p := range processors {
		if p.Factory() == nil {
			r.OK = false
			r.Missing = append(r.Missing, p.Info.ID+": its factory makes nothing")
		}
		r.Notes = append(r.Notes, fmt.Sprintf("registers %s %s", p.Info.ID, p.Info.Version))
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: probe FILE.so")
		os.Exit(2)
	}
	r := report{Convention: "databridge", Symbol: "init", Missing: []string{}, Notes: []string{}}
	if !isGoPlugin(os.Args[1]) {
		r.Notes = append(r.Notes, "it is no plugin of Go's: -buildmode=plugin makes those")
	} else if _, err := plugin.Open(os.Args[1]); err != nil {
		r.Notes = append(r.Notes, err.Error())
	} else {
		look(&r)
	}
	json.NewEncoder(os.Stdout).Encode(r)
	if !r.OK {
		os.Exit(1)
	}
}
