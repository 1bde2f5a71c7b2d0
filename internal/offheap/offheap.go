// Package offheap moves strings out of the Go heap into memory-mapped files. The system reads the parts that are used and
// drops them again when memory is short, so a million pairs take a few hundred bytes each, however long their texts are.
package offheap

import (
	"iter"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"example.com/gonb-dpo/internal/cachefolder"
)

// Move copies strings, of size bytes in total, to a mapped file and points them there. If no file can be written, they stay
// on the heap. The mapping lasts as long as the process.
func Move(texts iter.Seq[*string], size int) {
	all := make([]byte, 0, size)
	for text := range texts {
		all = append(all, *text...)
	}
	mapped, err := mapFile(all)
	if err != nil {
		return
	}
	for text := range texts {
		if n := len(*text); n > 0 {
			*text, mapped = unsafe.String(&mapped[0], n), mapped[n:]
		}
	}
}

// mapFile writes content to a temporary file, maps it and removes its name.
func mapFile(content []byte) ([]byte, error) {
	file, err := os.CreateTemp(Folder(), "pairs-*")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := os.Remove(file.Name()); err != nil {
		return nil, err
	}
	if _, err := file.Write(content); err != nil {
		return nil, err
	}
	mapped, err := syscall.Mmap(int(file.Fd()), 0, len(content), syscall.PROT_READ, syscall.MAP_SHARED)
	if err == nil {
		mappings.Lock()
		mappings.list = append(mappings.list, mapped)
		mappings.Unlock()
	}
	return mapped, err
}

// mappings are all mapped files of the process.
var mappings struct {
	sync.Mutex
	list [][]byte
}

// Release drops all mapped strings from memory. They are read from disk again when they are used.
func Release() {
	mappings.Lock()
	defer mappings.Unlock()
	for _, mapped := range mappings.list {
		syscall.Madvise(mapped, syscall.MADV_DONTNEED) // only a hint, so an error does not matter
	}
}

// Folder returns the folder of the mapped files. It is in the user's cache folder, which is on disk; the folder for temporary
// files is in memory on many machines, and is used only if there is no cache folder ("").
func Folder() string {
	folder, err := cachefolder.Path(cachefolder.Texts)
	if err != nil || os.MkdirAll(folder, 0o755) != nil {
		return ""
	}
	return folder
}
