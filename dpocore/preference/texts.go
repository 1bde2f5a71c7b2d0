package preference

import (
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"unsafe"
)

// heldTexts is how many bytes of text a set keeps on the heap. What goes
// beyond lies in files without a name, mapped into memory: the system reads
// from them what is looked at, and lets go of it where memory is short, so
// that a million pairs take a few hundred bytes each, however long they are.
var heldTexts = 32 << 20

// A heap counts the texts of a set that are on the heap.
type heap struct {
	from  int // the first pair whose texts are there
	bytes int
}

// keep appends a pair, and moves texts off the heap when there are many. What
// the pair shares with the record that it was read from is left behind.
func (s *Set) keep(pair Pair) {
	if cap(pair.Prompt) > len(pair.Prompt) {
		pair.Prompt = slices.Clone(pair.Prompt)
	}
	if last := len(s.Pairs) - 1; last >= 0 && s.Pairs[last].Objective == pair.Objective {
		pair.Objective = s.Pairs[last].Objective
	}
	s.Pairs = append(s.Pairs, pair)
	each(&pair, func(text *string) { s.heap.bytes += len(*text) })
	if s.heap.bytes >= heldTexts {
		s.settle()
	}
}

// each visits the texts of a pair that may be long.
func each(pair *Pair, visit func(text *string)) {
	for i := range pair.Prompt {
		visit(&pair.Prompt[i].Content)
	}
	visit(&pair.Chosen)
	visit(&pair.Rejected)
}

// settle moves the texts that are on the heap to a file. Where none can be
// written they stay.
func (s *Set) settle() {
	all := make([]byte, 0, s.heap.bytes)
	pairs := s.Pairs[min(s.heap.from, len(s.Pairs)):]
	for i := range pairs {
		each(&pairs[i], func(text *string) { all = append(all, *text...) })
	}
	s.heap = heap{from: len(s.Pairs)}
	mapped, err := mapTexts(all)
	if err != nil {
		return
	}
	for i := range pairs {
		each(&pairs[i], func(text *string) {
			if n := len(*text); n > 0 {
				*text, mapped = unsafe.String(&mapped[0], n), mapped[n:]
			}
		})
	}
}

// mapTexts writes texts to a file and maps it. The file has no name any more
// when it returns, and the mapping stays as long as the process: strings are
// made of it.
func mapTexts(texts []byte) ([]byte, error) {
	file, err := os.CreateTemp(textsFolder(), "pairs-*")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := os.Remove(file.Name()); err != nil {
		return nil, err
	}
	if _, err := file.Write(texts); err != nil {
		return nil, err
	}
	mapped, err := syscall.Mmap(int(file.Fd()), 0, len(texts), syscall.PROT_READ, syscall.MAP_SHARED)
	if err == nil {
		mappings.Lock()
		mappings.list = append(mappings.list, mapped)
		mappings.Unlock()
	}
	return mapped, err
}

// mappings are those of all sets.
var mappings struct {
	sync.Mutex
	list [][]byte
}

// Each goes through the pairs in their order, and lets go of texts as it goes
// on, so that it takes little memory however many they are.
func (s *Set) Each() iter.Seq2[int, *Pair] {
	const often = 1 << 15 // pairs
	return func(yield func(int, *Pair) bool) {
		defer Rest()
		for i := range s.Pairs {
			if i%often == often-1 {
				Rest()
			}
			if !yield(i, &s.Pairs[i]) {
				return
			}
		}
	}
}

// Rest lets go of the memory of all texts that lie in files. They are read
// again where they are looked at again.
func Rest() {
	mappings.Lock()
	defer mappings.Unlock()
	for _, mapped := range mappings.list {
		syscall.Madvise(mapped, syscall.MADV_DONTNEED) // an advice: without it the system finds out by itself
	}
}

// textsFolder is on a disk where there is a cache folder: the folder for
// temporary files is in memory on many machines.
func textsFolder() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	folder := filepath.Join(cache, "gonb-dpo", "texts")
	if os.MkdirAll(folder, 0o755) != nil {
		return ""
	}
	return folder
}
