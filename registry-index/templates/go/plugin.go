// {{name}}: counts the words of a text. Go makes the functions, shim.c the table of their addresses; a Go library stays
// in its process until that ends.
package main

/*
#include "shim.h"
*/
import "C"

import (
	_ "embed"
	"fmt"
	"runtime/cgo"
	"unsafe"
)

const id = "{{publisher}}/{{name}}"

//go:embed describe.json
var description []byte

// A plugin at work. The host makes one call of an instance at a time, so no lock is needed.
type instance struct {
	shortest int // letters of a word that counts; 0 before initialize
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
func shim_create(name C.plug_text, handle *C.uintptr_t, sink *C.plug_sink) (status C.plug_status) {
	defer guard(sink, &status)
	if string(text(name)) != id {
		return refuse(sink, C.PLUG_NOT_FOUND, "this library has another plugin")
	}
	*handle = C.uintptr_t(cgo.NewHandle(&instance{}))
	return C.PLUG_OK
}

//export shim_initialize
func shim_initialize(handle C.uintptr_t, config C.plug_text, sink *C.plug_sink) (status C.plug_status) {
	defer guard(sink, &status)
	self := instanceOf(handle)
	if self.shortest != 0 {
		return refuse(sink, C.PLUG_STATE, "it is initialised already")
	}
	shortest, err := readShortest(text(config))
	if err != nil {
		return refuse(sink, C.PLUG_INVALID_CONFIG, err.Error())
	}
	self.shortest = shortest
	return C.PLUG_OK
}

//export shim_shutdown
func shim_shutdown(handle C.uintptr_t) (status C.plug_status) {
	defer guard(nil, &status)
	instanceOf(handle).shortest = 0
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
	if self.shortest == 0 {
		return refuse(sink, C.PLUG_STATE, "it is not initialised")
	}
	return say(out, []byte(fmt.Sprintln(countWords(text(input), self.shortest))))
}
