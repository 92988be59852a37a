// A plugin in Go: gzip upon plug.h. Go makes the functions, shim.c the table of their addresses; a Go library stays in
// its process until that ends.
package main

/*
#include "shim.h"
*/
import "C"

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"runtime/cgo"
	"sync"
	"unsafe"
)

//go:embed describe.json
var description []byte

type instance struct {
	lock  sync.Mutex
	level int // 0 before initialize
}

func main() {}

func text(t C.plug_text) []byte {
	return C.GoBytes(unsafe.Pointer(t.bytes), C.int(t.length))
}

func say(sink *C.plug_sink, words []byte) C.plug_status {
	if sink == nil || len(words) == 0 {
		return C.PLUG_OK
	}
	if C.shim_write(sink, (*C.char)(unsafe.Pointer(&words[0])), C.size_t(len(words))) != 0 {
		return C.PLUG_SINK
	}
	return C.PLUG_OK
}

func refuse(sink *C.plug_sink, status C.plug_status, reason string) C.plug_status {
	say(sink, []byte(reason))
	return status
}

// A panic that left a function would end the process.
func guard(sink *C.plug_sink, status *C.plug_status) {
	if fault := recover(); fault != nil {
		*status = refuse(sink, C.PLUG_FAILED, fmt.Sprint("it panicked: ", fault))
	}
}

func instanceOf(handle C.uintptr_t) *instance {
	return cgo.Handle(handle).Value().(*instance)
}

//export shim_describe
func shim_describe(out *C.plug_sink) (status C.plug_status) {
	defer guard(nil, &status)
	return say(out, description)
}

//export shim_create
func shim_create(id C.plug_text, handle *C.uintptr_t, sink *C.plug_sink) (status C.plug_status) {
	defer guard(sink, &status)
	if string(text(id)) != "examples/gzip" {
		return refuse(sink, C.PLUG_NOT_FOUND, "this is `examples/gzip`")
	}
	*handle = C.uintptr_t(cgo.NewHandle(&instance{}))
	return C.PLUG_OK
}

// null is JSON and so would pass for an object without members; so would two objects one after the other.
func readLevel(config []byte) (int, error) {
	options := struct {
		Level *int `json:"level"`
	}{}
	if trimmed := bytes.TrimLeft(config, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return 0, fmt.Errorf("the configuration is no object")
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(config, &members); err != nil {
		return 0, err
	}
	for name, value := range members {
		if name != "level" {
			return 0, fmt.Errorf("there is no option `%.100s`", name)
		}
		if string(value) == "null" {
			return 0, fmt.Errorf("`level` has the wrong type")
		}
	}
	if err := json.Unmarshal(config, &options); err != nil {
		return 0, err
	}
	if options.Level == nil {
		return 6, nil
	}
	if *options.Level < 1 || *options.Level > 9 {
		return 0, fmt.Errorf("`level` is no whole number from 1 to 9")
	}
	return *options.Level, nil
}

//export shim_initialize
func shim_initialize(handle C.uintptr_t, config C.plug_text, sink *C.plug_sink) (status C.plug_status) {
	defer guard(sink, &status)
	self := instanceOf(handle)
	self.lock.Lock()
	defer self.lock.Unlock()
	if self.level != 0 {
		return refuse(sink, C.PLUG_STATE, "it is initialised already")
	}
	level, err := readLevel(text(config))
	if err != nil {
		return refuse(sink, C.PLUG_INVALID_CONFIG, err.Error())
	}
	self.level = level
	return C.PLUG_OK
}

//export shim_shutdown
func shim_shutdown(handle C.uintptr_t) (status C.plug_status) {
	defer guard(nil, &status)
	self := instanceOf(handle)
	self.lock.Lock()
	defer self.lock.Unlock()
	self.level = 0
	return C.PLUG_OK
}

//export shim_destroy
func shim_destroy(handle C.uintptr_t) {
	var status C.plug_status
	defer guard(nil, &status)
	cgo.Handle(handle).Delete()
}

//export shim_process
func shim_process(handle C.uintptr_t, input C.plug_text, out, sink *C.plug_sink) (status C.plug_status) {
	defer guard(sink, &status)
	self := instanceOf(handle)
	self.lock.Lock()
	level := self.level
	self.lock.Unlock()
	if level == 0 {
		return refuse(sink, C.PLUG_STATE, "it is not initialised")
	}
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, level)
	if err == nil {
		_, err = writer.Write(text(input))
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		return refuse(sink, C.PLUG_FAILED, err.Error())
	}
	return say(out, packed.Bytes())
}
