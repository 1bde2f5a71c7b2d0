package compilecache

/*
#cgo LDFLAGS: -ldl
#include <stdint.h>
#include <stdlib.h>

typedef struct {
  const char *data;
  size_t size;
} Bytes;

// A Request is what the machine code of a graph depends on.
typedef struct {
  Bytes platform, device, format, program, options;
} Request;

uintptr_t compilecache_table(const char *path);
*/
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/gomlx/go-xla/pjrt"

	"example.com/gonb-dpo/internal/cachefolder"
)

// What is kept, in the words of a note.
const What = "compiled graphs"

// kept is the cache of the plugin of this process.
var kept *cache

// Use makes go-xla take the plugin at path, under a name, with this cache in front of its compiler. If it returns an error,
// go-xla loads the plugin as it would without. It is for one plugin of a process, before a backend of it is opened.
func Use(name, path string) error {
	opened, err := open(path)
	if err != nil {
		return err
	}
	library := C.CString(path)
	defer C.free(unsafe.Pointer(library))
	table := C.compilecache_table(library)
	if table == 0 {
		return fmt.Errorf("%s has no table of functions that the compilation cache knows", path)
	}
	kept = opened
	return pjrt.RegisterPreloadedPlugin(name, uintptr(table))
}

// compilecacheLoad returns the machine code of a request in memory that the caller frees, or NULL.
//
//export compilecacheLoad
func compilecacheLoad(request C.Request) C.Bytes {
	executable, ok := kept.load(keyOf(request))
	if !ok {
		return C.Bytes{}
	}
	return C.Bytes{(*C.char)(C.CBytes(executable)), C.size_t(len(executable))}
}

//export compilecacheSave
func compilecacheSave(request C.Request, executable C.Bytes) {
	if err := kept.save(keyOf(request), view(executable)); err != nil {
		cachefolder.Failed(What, err)
	}
}

func keyOf(r C.Request) string {
	return kept.key(view(r.platform), view(r.device), view(r.format), view(r.program), view(r.options))
}

func view(b C.Bytes) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(b.data)), int(b.size)) }
