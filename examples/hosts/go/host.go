// A host in Go upon plughost, by cgo: loads all plugins of a folder, gets each ready and uses it, all at once in a
// goroutine each, reloads one, and ends. host FOLDER DATA NEXT, where NEXT is another copy of tidy.so.
package main

/*
#cgo pkg-config: plughost
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"unsafe"
)

var faults int32

//export goRefused
func goRefused(_ unsafe.Pointer, path, reason *C.char) {
	atomic.AddInt32(&faults, 1)
	fmt.Printf("refused %s: %s\n", C.GoString(path), C.GoString(reason))
}

// Host owns a plughost.
type Host struct {
	host   *C.plughost
	folder *C.char
}

func newHost(folder string) *Host {
	options := C.plughost_options{size: C.sizeof_plughost_options, monitor_milliseconds: 100}
	host := &Host{folder: C.CString(folder)}
	options.data_folder = host.folder
	host.host = C.plughost_new(&options)
	return host
}

func (h *Host) close() {
	C.plughost_free(h.host)
	C.free(unsafe.Pointer(h.folder))
}

func (h *Host) load(folder string) (int, error) {
	name := C.CString(folder)
	defer C.free(unsafe.Pointer(name))
	var fault C.plughost_error
	loaded := int(C.load_folder(h.host, name, &fault))
	if loaded < 0 {
		return 0, fmt.Errorf("%s", C.GoString(&fault.text[0]))
	}
	return loaded, nil
}

func (h *Host) ids() []string {
	list := C.plughost_ids(h.host)
	defer C.free(unsafe.Pointer(list))
	var ids []string
	for _, id := range unsafe.Slice(list, 1<<16) {
		if id == nil {
			break
		}
		ids = append(ids, C.GoString(id))
	}
	return ids
}

func (h *Host) get(id string) *C.plughost_plugin {
	name := C.CString(id)
	defer C.free(unsafe.Pointer(name))
	return C.plughost_get(h.host, name)
}

func (h *Host) reload(id, path string) (*C.plughost_plugin, error) {
	name, file := C.CString(id), C.CString(path)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(file))
	var fault C.plughost_error
	next := C.plughost_reload(h.host, name, file, nil, &fault)
	if next == nil {
		return nil, fmt.Errorf("%s", C.GoString(&fault.text[0]))
	}
	return next, nil
}

// begin gets a plugin ready by the example of its description.
func begin(plugin *C.plughost_plugin) error {
	var description struct {
		Config struct{ Example json.RawMessage }
	}
	if err := json.Unmarshal([]byte(C.GoString(C.plughost_description(plugin))), &description); err != nil {
		return err
	}
	config := C.CString(string(description.Config.Example))
	defer C.free(unsafe.Pointer(config))
	var fault C.plughost_error
	if C.plughost_initialize(plugin, config, &fault) != C.PLUG_OK {
		return fmt.Errorf("%s", C.GoString(&fault.text[0]))
	}
	return nil
}

// work uses a plugin and says in a line what came of it.
func work(plugin *C.plughost_plugin, folder *C.char) string {
	id := C.GoString(C.plughost_id(plugin))
	use := C.use_of(plugin)
	if use == nil {
		atomic.AddInt32(&faults, 1)
		return id + " has no interface that this host knows"
	}
	words := (*C.char)(C.calloc(200, 1))
	defer C.free(unsafe.Pointer(words))
	result := "ok"
	if C.run_use(use, plugin, folder, words, 200) == 0 {
		atomic.AddInt32(&faults, 1)
		result = "FAILED"
	}
	generation := uint64(C.plughost_generation(plugin))
	return fmt.Sprintf("%s %d %s %s: %s", id, generation, C.GoString(use._interface), result, C.GoString(words))
}

func (h *Host) workAll() {
	var group sync.WaitGroup
	lines := make(chan string, 1000)
	for _, id := range h.ids() {
		group.Add(1)
		go func(id string) {
			defer group.Done()
			plugin := h.get(id)
			defer C.plughost_release(plugin)
			if err := begin(plugin); err != nil {
				atomic.AddInt32(&faults, 1)
				lines <- id + " can't begin: " + err.Error()
				return
			}
			lines <- work(plugin, h.folder)
		}(id)
	}
	group.Wait()
	close(lines)
	var sorted []string
	for line := range lines {
		sorted = append(sorted, line)
	}
	sort.Strings(sorted)
	for _, line := range sorted {
		fmt.Println(line)
	}
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: host FOLDER DATA NEXT")
		os.Exit(2)
	}
	os.MkdirAll(os.Args[2], 0o700)
	host := newHost(os.Args[2])
	loaded, err := host.load(os.Args[1])
	if err != nil {
		fmt.Println(err)
	}
	host.workAll()
	if next, err := host.reload("examples/tidy", os.Args[3]); err != nil {
		faults++
		fmt.Println("no reload:", err)
	} else {
		fmt.Println(work(next, host.folder))
		C.plughost_release(next)
	}
	host.close()
	fmt.Printf("%d plugins, %d faults\n", loaded, faults)
	if loaded == 0 || faults > 0 {
		os.Exit(1)
	}
}
