package reference

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// A record in the file is a key, the number of pairs, two float32 for each pair, and a checksum of all that.
const recordOverhead = sha256.Size + 4 + 8

// record encodes a row's values.
func record(key Key, values [][2]float32) []byte {
	record := append([]byte{}, key[:]...)
	record = binary.LittleEndian.AppendUint32(record, uint32(len(values)))
	for _, both := range values {
		for _, value := range both {
			record = binary.LittleEndian.AppendUint32(record, math.Float32bits(value))
		}
	}
	return binary.LittleEndian.AppendUint64(record, checksum(record))
}

// parse adds a file's records and returns the length of the intact ones: a crash can truncate the last.
func (m Memory) parse(content []byte) (intact int) {
	for {
		rest := content[intact:]
		if len(rest) < recordOverhead {
			return intact
		}
		pairs := int64(binary.LittleEndian.Uint32(rest[sha256.Size:]))
		if pairs > int64(len(rest)-recordOverhead)/8 {
			return intact
		}
		body := sha256.Size + 4 + 8*int(pairs)
		if checksum(rest[:body]) != binary.LittleEndian.Uint64(rest[body:]) {
			return intact
		}
		values := make([][2]float32, pairs)
		for i := range values {
			for side := range 2 {
				at := sha256.Size + 4 + 8*i + 4*side
				values[i][side] = math.Float32frombits(binary.LittleEndian.Uint32(rest[at:]))
			}
		}
		m[Key(rest[:sha256.Size])] = values
		intact += body + 8
	}
}

func checksum(content []byte) uint64 {
	sum := sha256.Sum256(content)
	return binary.LittleEndian.Uint64(sum[:])
}
