// Package compilecache keeps the machine code of compiled graphs on disk, so that a second process that trains, measures or
// answers with the same model and shapes compiles nothing: a notebook's next cell, the next command, a resumed run.
//
// It is between go-xla and the plugin: go-xla gets a copy of the plugin's table of functions (PJRT's C interface) whose
// function for compiling looks into the cache first. Whatever goes wrong with the cache, the graph is compiled.
package compilecache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/internal/cachefolder"
)

// MaxSize is the number of bytes that the cache may take: some hundred models and shapes.
const MaxSize = 512 << 20

// suffix is of the files of compiled graphs, unfinished begins the names of those that are being written.
const suffix, unfinished = ".graph", "unfinished-"

// cache is a folder with a file for each graph, named by its key.
type cache struct {
	folder  string
	machine []byte // the plugin's file and the processor
	max     int64  // bytes
}

// open opens the cache in the user's cache folder for a plugin.
func open(plugin string) (*cache, error) {
	if strings.Contains(os.Getenv("XLA_FLAGS"), "xla_dump") {
		return nil, errors.New("XLA_FLAGS asks for dumps, which only compiling writes")
	}
	folder, err := Folder()
	if err != nil {
		return nil, err
	}
	machine, err := describe(plugin)
	if err != nil {
		return nil, err
	}
	return &cache{folder, machine, MaxSize}, nil
}

// Folder returns the folder of compiled graphs, which it creates, or why none can be used.
func Folder() (string, error) {
	folder, err := cachefolder.Path(cachefolder.Compiled)
	if err != nil {
		return "", err
	}
	// Machine code that others can write would run as this user.
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	folder, err = filepath.EvalSymlinks(folder)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(folder)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return "", cachefolder.Problem{Text: "others can write to " + folder, Fix: "chmod go-w " + folder}
	}
	return folder, nil
}

// State returns the folder of compiled graphs and their size in bytes, and an error if no graph can be saved there.
func State() (folder string, size int64, err error) {
	if folder, err = Folder(); err != nil {
		return "", 0, err
	}
	for _, file := range graphs(folder) {
		size += file.Size()
	}
	file, err := os.CreateTemp(folder, unfinished+"*"+suffix)
	if err != nil {
		return folder, size, err
	}
	return folder, size, errors.Join(file.Close(), os.Remove(file.Name()))
}

// describe tells plugins and machines apart.
func describe(plugin string) ([]byte, error) {
	file, err := filepath.EvalSymlinks(plugin)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	processor, err := processor()
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(processor, "%d\n%s\n%d\n%d", runtime.NumCPU(), file, info.Size(), info.ModTime().UnixNano()), nil
}

// processor returns the lines of /proc/cpuinfo that tell what the first processor is and can do.
func processor() (lines []byte, err error) {
	content, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return nil, err
	}
	first, _, _ := bytes.Cut(content, []byte("\n\n"))
	for line := range bytes.Lines(first) {
		name, _, _ := bytes.Cut(line, []byte("\t"))
		if slices.Contains(processorLines, string(name)) {
			lines = append(lines, line...)
		}
	}
	return lines, nil
}

// processorLines are the names that x86 and ARM processors use.
var processorLines = []string{"vendor_id", "cpu family", "model", "model name", "flags", "CPU implementer", "CPU part", "Features"}

// key identifies a graph by the machine, the flags that XLA reads, and the parts of a request to compile it.
func (c *cache) key(parts ...[]byte) string {
	hash := sha256.New()
	for _, part := range append(parts, c.machine, []byte(os.Getenv("XLA_FLAGS"))) {
		binary.Write(hash, binary.LittleEndian, int64(len(part)))
		hash.Write(part)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// load returns the machine code of a graph, if it is there and intact. Its file becomes the most recently used one.
func (c *cache) load(key string) (executable []byte, ok bool) {
	path := c.path(key)
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	if len(content) < sha256.Size || sha256.Sum256(content[sha256.Size:]) != [sha256.Size]byte(content) {
		os.Remove(path)
		return nil, false
	}
	now := time.Now()
	os.Chtimes(path, now, now) // if it fails, the file only seems older
	return content[sha256.Size:], true
}

// save keeps the machine code of a graph. If the disk is full, that costs the next process time, not this one its result.
func (c *cache) save(key string, executable []byte) error {
	c.shrink(c.max - int64(len(executable)))
	file, err := os.CreateTemp(c.folder, unfinished+"*"+suffix)
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // unless it was renamed
	sum := sha256.Sum256(executable)
	_, err = file.Write(append(sum[:], executable...))
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), c.path(key))
}

func (c *cache) path(key string) string { return filepath.Join(c.folder, key+suffix) }

// shrink removes the graphs that were not used for the longest time until the cache takes at most size bytes. The folder may be a
// link to one with other files, which are left as they are.
func (c *cache) shrink(size int64) {
	files := graphs(c.folder)
	for _, file := range files {
		size -= file.Size()
	}
	slices.SortFunc(files, func(x, y fs.FileInfo) int { return x.ModTime().Compare(y.ModTime()) })
	for _, file := range files {
		if size >= 0 {
			return
		}
		if os.Remove(filepath.Join(c.folder, file.Name())) == nil {
			size += file.Size()
		}
	}
}

// graphs are the files of graphs in a folder.
func graphs(folder string) (files []fs.FileInfo) {
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && ours(info.Name()) {
			files = append(files, info)
		}
	}
	return files
}

// ours reports whether a file's name is of a compiled graph: its key, or unfinished and a number.
func ours(name string) bool {
	name, graph := strings.CutSuffix(name, suffix)
	key, err := hex.DecodeString(name)
	return graph && (err == nil && len(key) == sha256.Size || strings.HasPrefix(name, unfinished))
}
