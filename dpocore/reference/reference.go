// Package reference caches the reference model's log-probabilities, in memory and on disk.
//
// Start with [Open] and [Cache.LogProbs], which measures a row only if the cache does not have it.
package reference

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/internal/cachefolder"
	"example.com/gonb-dpo/internal/disk"
)

// Cache holds the reference model's log-probabilities of rows, computed once and saved: a run with another beta, or the
// same run again, finds them on disk. Its key is the hash of a row's tokens, the model's weights and the backend, so that
// no other row's values can be mistaken for them, and a run computes the same bits with and without the cache. It is safe
// for concurrent use.
type Cache struct {
	policy *policy.Policy
	model  string // identifies weights and backend

	mu     sync.Mutex // guards the fields below
	memory Memory
	file   *disk.File // nil if nothing can be saved
}

// Key identifies a row under a model.
type Key [sha256.Size]byte

// Memory holds the values by row: log-probabilities of the chosen and the rejected answer of each pair, in nats. Runs of
// one process can share it.
type Memory map[Key][][2]float32

// Open reads what is saved for a model, identified by [model.Model.ReferenceKey], into memory, or into a new one if memory
// is nil. What can't be saved is reported to cachefolder.
func Open(p *policy.Policy, model string, memory Memory) *Cache {
	if memory == nil {
		memory = Memory{}
	}
	c := &Cache{policy: p, model: model, memory: memory}
	var err error
	if c.file, err = openFile(model, memory); err != nil {
		cachefolder.Failed(what, err)
	}
	return c
}

// what is kept, in the words of a note.
const what = "the reference's log-probabilities"

// openFile reads a model's values into memory and opens their file for more.
func openFile(model string, memory Memory) (*disk.File, error) {
	folder, err := cachefolder.Path(cachefolder.Reference)
	if err != nil {
		return nil, err
	}
	name := sha256.Sum256([]byte(model))
	path := filepath.Join(folder, fmt.Sprintf("%x.bin", name[:12]))
	if err := disk.MkdirAll(folder); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	intact := memory.parse(content)
	file, err := disk.Open(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return nil, err
	}
	if intact < len(content) {
		if err := file.Truncate(int64(intact)); err != nil {
			file.Close()
			return nil, err
		}
	}
	return file, nil
}

// Await returns the log-probabilities of a row's pairs, measured by the policy without its adapter if they are not cached,
// or the context's error as soon as it ends.
func (c *Cache) Await(ctx context.Context, work *device.Worker, row *batch.Row) ([][2]float32, error) {
	return device.Await(ctx, work, func() ([][2]float32, error) { return c.LogProbs(row, c.policy.Reference) })
}

// LogProbs returns the log-probabilities of a row's pairs. If they are not cached, measure computes them.
func (c *Cache) LogProbs(row *batch.Row, measure func(*batch.Row) (policy.Measured, error)) ([][2]float32, error) {
	key := c.Key(row)
	c.mu.Lock()
	values, ok := c.memory[key]
	c.mu.Unlock()
	if ok {
		return values, nil
	}
	measured, err := measure(row)
	if err != nil {
		return nil, err
	}
	c.put(key, measured.LogProbs)
	return measured.LogProbs, nil
}

// put adds values to memory and file. If the disk is full, that costs the next run time, not this one its result.
func (c *Cache) put(key Key, values [][2]float32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memory[key] = values
	if c.file == nil {
		return
	}
	if _, err := c.file.Write(record(key, values)); err != nil {
		cachefolder.Failed(what, err)
		c.file.Close()
		c.file = nil
	}
}

// Close closes the file; the memory stays.
func (c *Cache) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file != nil {
		c.file.Close()
		c.file = nil
	}
}

// Key identifies a row under the cache's model.
func (c *Cache) Key(row *batch.Row) Key {
	sum := sha256.New()
	sum.Write([]byte(c.model))
	for _, vector := range [][]int32{row.Tokens, row.Pair, row.Branch, row.Position, row.Source, row.Target, row.Owner} {
		binary.Write(sum, binary.LittleEndian, int32(len(vector))) // writing to a hash never fails
		binary.Write(sum, binary.LittleEndian, vector)
	}
	return Key(sum.Sum(nil))
}
