package fault

import (
	"bytes"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/gonb-dpo/internal/disk"
)

// forgetful follows what a program does to a folder, and knows what a power cut may leave of it: a file's content lasts
// once the file is synced, and a name's making, change or removal once its folder is.
type forgetful struct {
	t    *testing.T
	path string
	root *node
	last disk.Change // announced, and made by the time of the next one
}

// node is a file or a folder.
type node struct {
	content, synced []byte           // of a file: what programs read, and what lasts
	entries, lasts  map[string]*node // of a folder: what programs see, and what lasts; nil of a file
	since           []turn           // of a folder: changes of names since it was synced
}

// turn is one change of names in a folder: what they refer to afterwards, nil for a name that was removed.
type turn map[string]*node

func (u turn) apply(to map[string]*node) {
	for name, entry := range u {
		if to[name] = entry; entry == nil {
			delete(to, name)
		}
	}
}

// newForgetful begins with a folder all of which lasts.
func newForgetful(t *testing.T, path string) *forgetful {
	f := &forgetful{t: t, path: path, root: &node{entries: map[string]*node{}}}
	f.look(f.root, path)
	f.root.settle()
	return f
}

// settle makes all that is seen last.
func (n *node) settle() {
	n.synced, n.since = n.content, nil
	n.lasts = maps.Clone(n.entries)
	for _, child := range n.entries {
		child.settle()
	}
}

// announced records that a change is about to be made.
func (f *forgetful) announced(c disk.Change) {
	f.catchUp()
	f.last = c
}

// catchUp records the change that was announced last, and whatever else has happened.
func (f *forgetful) catchUp() {
	c := f.last
	f.last = disk.Change{}
	dir, name, from := f.at(filepath.Dir(c.Path)), filepath.Base(c.Path), filepath.Base(c.From)
	switch {
	case c.Op == "rename" && dir != nil:
		f.turn(dir, turn{name: dir.entries[from], from: nil})
	case c.Op == "exchange" && dir != nil:
		f.turn(dir, turn{name: dir.entries[from], from: dir.entries[name]})
	}
	f.look(f.root, f.path)
	if synced := f.at(c.Path); c.Op == "sync" && synced != nil {
		synced.synced, synced.lasts, synced.since = synced.content, maps.Clone(synced.entries), nil
	}
}

func (f *forgetful) turn(dir *node, u turn) {
	u.apply(dir.entries)
	dir.since = append(dir.since, u)
}

// at is the node of a path; nil outside the folder.
func (f *forgetful) at(path string) *node {
	name, err := filepath.Rel(f.path, path)
	if err != nil || !filepath.IsLocal(name) {
		return nil
	}
	n := f.root
	if name == "." {
		return n
	}
	for _, part := range bytes.Split([]byte(name), []byte{filepath.Separator}) {
		if n = n.entries[string(part)]; n == nil {
			return nil
		}
	}
	return n
}

// look compares a folder with what is known of it.
func (f *forgetful) look(n *node, path string) {
	entries, err := os.ReadDir(path)
	if err != nil {
		f.t.Fatal(err)
	}
	there := map[string]fs.DirEntry{}
	for _, entry := range entries {
		if entry.Type()&fs.ModeSymlink != 0 { // to the compiled graphs, made before the program starts
			continue
		}
		there[entry.Name()] = entry
		if n.entries[entry.Name()] == nil {
			made := &node{}
			if entry.IsDir() {
				made.entries = map[string]*node{}
			}
			f.turn(n, turn{entry.Name(): made})
		}
	}
	for name := range maps.Clone(n.entries) {
		if there[name] == nil {
			f.turn(n, turn{name: nil})
		}
	}
	for name, child := range n.entries {
		if child.entries != nil {
			f.look(child, filepath.Join(path, name))
		} else if child.content, err = os.ReadFile(filepath.Join(path, name)); err != nil {
			f.t.Fatal(err)
		}
	}
}

// cut is a kind of power cut: which of the turns in a folder that were not synced it leaves, and what of a file.
type cut struct {
	fault string
	turns func(random *rand.Rand) bool
	file  func(random *rand.Rand, n *node) []byte
}

func always(*rand.Rand) bool { return true }
func never(*rand.Rand) bool  { return false }
func maybe(random *rand.Rand) bool {
	return random.IntN(2) == 0
}

var cuts = []cut{
	{"power cut: all is lost that was not synced", never, func(_ *rand.Rand, n *node) []byte { return n.synced }},
	{"power cut: names are there, contents are lost", always, func(_ *rand.Rand, n *node) []byte { return n.synced }},
	{"power cut: names are there, contents are zeros", always, func(_ *rand.Rand, n *node) []byte { return n.zeroed() }},
	{"power cut: contents are there, names are lost", never, func(_ *rand.Rand, n *node) []byte { return n.content }},
	{"power cut: by chance some names are lost and contents cut", maybe, func(random *rand.Rand, n *node) []byte {
		if !bytes.HasPrefix(n.content, n.synced) {
			return n.synced
		}
		return n.content[:len(n.synced)+random.IntN(len(n.content)-len(n.synced)+1)]
	}},
}

// zeroed is a file of the right length with zeros in place of whatever was not synced.
func (n *node) zeroed() []byte {
	if !bytes.HasPrefix(n.content, n.synced) {
		return n.synced
	}
	return append(slices.Clone(n.synced), make([]byte, len(n.content)-len(n.synced))...)
}

// leave lists what a power cut leaves, the content of each file by its path, and folders by a path that ends in a stroke.
func (n *node) leave(path string, c cut, random *rand.Rand, into map[string][]byte) {
	if n.lasts == nil && n.entries == nil {
		into[path] = c.file(random, n)
		return
	}
	into[path+"/"] = nil
	left := maps.Clone(n.lasts)
	if left == nil {
		left = map[string]*node{}
	}
	for _, u := range n.since {
		if c.turns(random) {
			u.apply(left)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		left[name].leave(filepath.Join(path, name), c, random, into)
	}
}
