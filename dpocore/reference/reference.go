package reference

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/internal/disk"
)

// references are the reference model's log-probabilities of rows, computed once and kept on disk: runs with another
// beta, or the same run again, find them there. A row is known by the hash of its tokens and of the model's weights, so
// that no other row's figures can be taken for its own, and a run computes the same bits with and without them.
type Cache struct {
	policy *policy.Policy
	Mutex  sync.Mutex // of what follows
	Known  map[Key][][2]float32
	model  string // identifies weights and backend
	file   *disk.File
}

type Key [sha256.Size]byte

// A record is a key, the number of pairs, two float32 for each, and a checksum of all that.
const recordOverhead = sha256.Size + 4 + 8

// openReferences reads what is known of a model. Where the machine has no cache folder nothing is kept.
func Open(p *policy.Policy, model string) *Cache {
	r := &Cache{policy: p, model: model, Known: map[Key][][2]float32{}}
	cache, err := os.UserCacheDir()
	if err != nil {
		return r
	}
	name := sha256.Sum256([]byte(model))
	path := filepath.Join(cache, "gonb-dpo", "reference", fmt.Sprintf("%x.bin", name[:12]))
	if disk.MkdirAll(filepath.Dir(path)) != nil {
		return r
	}
	content, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return r
	}
	sound := r.parse(content)
	file, err := disk.Open(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return r
	}
	if sound < len(content) && file.Truncate(int64(sound)) != nil {
		file.Close()
		return r
	}
	r.file = file
	return r
}

// parse takes records in and returns the length of the sound ones: a crash can leave the last one torn.
func (r *Cache) parse(content []byte) (sound int) {
	for {
		rest := content[sound:]
		if len(rest) < recordOverhead {
			return sound
		}
		pairs := int64(binary.LittleEndian.Uint32(rest[sha256.Size:]))
		if pairs > int64(len(rest)-recordOverhead)/8 {
			return sound
		}
		body := sha256.Size + 4 + 8*int(pairs)
		if checksum(rest[:body]) != binary.LittleEndian.Uint64(rest[body:]) {
			return sound
		}
		values := make([][2]float32, pairs)
		for i := range values {
			for side := range 2 {
				at := sha256.Size + 4 + 8*i + 4*side
				values[i][side] = math.Float32frombits(binary.LittleEndian.Uint32(rest[at:]))
			}
		}
		r.Known[Key(rest[:sha256.Size])] = values
		sound += body + 8
	}
}

// of returns the reference log-probabilities of a row's pairs.
func (r *Cache) Of(ctx context.Context, work *device.Worker, row *batch.Row) ([][2]float32, error) {
	return device.Await(ctx, work, func() ([][2]float32, error) { return r.From(r.policy, row) })
}

// from returns what is known of a row, or else has it measured by a policy, which may be on another device.
func (r *Cache) From(p *policy.Policy, row *batch.Row) ([][2]float32, error) {
	key := r.KeyOf(row)
	r.Mutex.Lock()
	values, ok := r.Known[key]
	r.Mutex.Unlock()
	if ok {
		return values, nil
	}
	measured, err := p.Reference(row)
	if err != nil {
		return nil, err
	}
	r.Mutex.Lock()
	defer r.Mutex.Unlock()
	r.Known[key] = measured.LogProbs
	r.Keep(key, measured.LogProbs)
	return measured.LogProbs, nil
}

// keep appends a record in one write. A disk that takes no more costs the next run time, not this one its result.
func (r *Cache) Keep(key Key, values [][2]float32) {
	if r.file == nil {
		return
	}
	record := append([]byte{}, key[:]...)
	record = binary.LittleEndian.AppendUint32(record, uint32(len(values)))
	for _, both := range values {
		for _, value := range both {
			record = binary.LittleEndian.AppendUint32(record, math.Float32bits(value))
		}
	}
	record = binary.LittleEndian.AppendUint64(record, checksum(record))
	if _, err := r.file.Write(record); err != nil {
		r.file.Close()
		r.file = nil
	}
}

func (r *Cache) Close() {
	r.Mutex.Lock()
	defer r.Mutex.Unlock()
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}

func (r *Cache) KeyOf(row *batch.Row) Key {
	sum := sha256.New()
	sum.Write([]byte(r.model))
	for _, vector := range [][]int32{row.Tokens, row.Pair, row.Branch, row.Position, row.Source, row.Target, row.Owner} {
		binary.Write(sum, binary.LittleEndian, int32(len(vector))) // a hash never fails to take bytes
		binary.Write(sum, binary.LittleEndian, vector)
	}
	return Key(sum.Sum(nil))
}

func checksum(content []byte) uint64 {
	sum := sha256.Sum256(content)
	return binary.LittleEndian.Uint64(sum[:])
}
