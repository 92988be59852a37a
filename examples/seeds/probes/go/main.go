// Opens a plugin by Go's convention, calls its factory, and compares the methods of what comes back with those that
// the guide prints. Types are compared by their names: the guide's module need not be there.
package main

import (
	"context"
	"database/sql"
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
	"plugin"
	"reflect"
	"sort"
)

// Kept so that this program has the standard library's packages that plugins share with it.
var _ = []interface{}{(*sql.DB)(nil), context.Background}

type convention struct {
	symbol   string
	metadata string // the method that says what it is
	methods  map[string]string
}

var conventions = map[string]convention{
	"stormdb": {"GetPlugin", "GetInfo", map[string]string{
		"Initialize":        "func(map[string]interface {}) error",
		"GetInfo":           "func() plugin.PluginInfo",
		"Setup":             "func(*sql.DB) error",
		"Cleanup":           "func(*sql.DB) error",
		"ExecuteOperation":  "func(*sql.DB, string) error",
		"GetOperationTypes": "func() map[string]int",
		"GetMetrics":        "func() map[string]interface {}",
	}},
	"benana": {"NewPlugin", "GetMetadata", map[string]string{
		"Initialize":     "func(context.Context) error",
		"GetMetadata":    "func() types.PluginMetadata",
		"RegisterRoutes": "func(*fuego.Server) error",
		"Cleanup":        "func(context.Context) error",
	}},
}

type report struct {
	Convention string   `json:"convention"`
	Symbol     string   `json:"symbol"`
	OK         bool     `json:"ok"`
	Missing    []string `json:"missing"`
	Notes      []string `json:"notes"`
}

func (r *report) note(format string, values ...interface{}) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, values...))
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

// made calls the factory, which has no parameters and one result.
func made(symbol plugin.Symbol, r *report) (reflect.Value, bool) {
	factory := reflect.ValueOf(symbol)
	kind := factory.Type()
	if kind.Kind() != reflect.Func || kind.NumIn() != 0 || kind.NumOut() != 1 {
		r.Missing = append(r.Missing, fmt.Sprintf("%s: a function without parameters and with one result, not %s", r.Symbol, kind))
		return reflect.Value{}, false
	}
	result := factory.Call(nil)[0]
	if kind.Out(0).Kind() == reflect.Interface {
		result = result.Elem()
	} else {
		r.note("%s returns %s, a type of the plugin's own: a host can't assert it, but ask for the methods", r.Symbol, kind.Out(0))
	}
	if !result.IsValid() || (result.Kind() == reflect.Ptr && result.IsNil()) {
		r.note("%s returns nil", r.Symbol)
		return reflect.Value{}, false
	}
	return result, true
}

func compare(value reflect.Value, c convention, r *report) {
	for name, wanted := range c.methods {
		method := value.MethodByName(name)
		if !method.IsValid() {
			r.Missing = append(r.Missing, name+": "+wanted)
		} else if found := method.Type().String(); found != wanted {
			r.Missing = append(r.Missing, fmt.Sprintf("%s: %s, not %s", name, wanted, found))
		}
	}
	sort.Strings(r.Missing)
}

// introduce calls the method that says what the plugin is.
func introduce(value reflect.Value, c convention, r *report) {
	about := value.MethodByName(c.metadata).Call(nil)[0]
	name, version := about.FieldByName("Name"), about.FieldByName("Version")
	if !name.IsValid() || !version.IsValid() || name.String() == "" {
		r.Missing = append(r.Missing, c.metadata+": a Name and a Version")
		return
	}
	r.note("it is %s %s", name, version)
}

func look(file string, c convention, r *report) {
	defer func() {
		if fault := recover(); fault != nil {
			r.OK = false
			r.note("it panicked: %v", fault)
		}
	}()
	if !isGoPlugin(file) {
		r.note("it is no plugin of Go's: -buildmode=plugin makes those")
		return
	}
	opened, err := plugin.Open(file)
	if err != nil {
		r.note("%v", err)
		return
	}
	symbol, err := opened.Lookup(c.symbol)
	if err != nil {
		r.Missing = append(r.Missing, c.symbol)
		return
	}
	value, isMade := made(symbol, r)
	if !isMade {
		return
	}
	compare(value, c, r)
	if len(r.Missing) == 0 {
		introduce(value, c, r)
	}
	r.OK = len(r.Missing) == 0
}

func main() {
	if len(os.Args) != 3 || conventions[os.Args[1]].symbol == "" {
		fmt.Fprintln(os.Stderr, "usage: probe stormdb|benana FILE.so")
		os.Exit(2)
	}
	c := conventions[os.Args[1]]
	r := report{Convention: os.Args[1], Symbol: c.symbol, Missing: []string{}, Notes: []string{}}
	look(os.Args[2], c, &r)
	json.NewEncoder(os.Stdout).Encode(r)
	if !r.OK {
		os.Exit(1)
	}
}
