package eventfile

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"time"
)

// A record is its length in 8 bytes, the checksum of these, the content, and its checksum, all little-endian.
const headSize, sumSize = 12, 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is TFRecord's checksum: CRC-32C, rotated and with a constant added, so that records in records are checked too.
func masked(content []byte) uint32 {
	sum := crc32.Checksum(content, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// appendRecord appends the record of an encoded event at a time.
func appendRecord(file []byte, at float64, event []byte) []byte {
	content := append(message(nil).double(wallTime, at), event...)
	head := binary.LittleEndian.AppendUint64(nil, uint64(len(content)))
	file = append(file, binary.LittleEndian.AppendUint32(head, masked(head))...)
	return binary.LittleEndian.AppendUint32(append(file, content...), masked(content))
}

// times returns when each event of a file was written, up to the first record that is torn, damaged or of another program.
func times(file []byte) (list []float64) {
	for len(file) >= headSize {
		head, length := file[:8], binary.LittleEndian.Uint64(file)
		if binary.LittleEndian.Uint32(file[8:]) != masked(head) || length > uint64(len(file)-headSize) || uint64(len(file)-headSize)-length < sumSize {
			break
		}
		content, rest := file[headSize:headSize+length], file[headSize+length:]
		if binary.LittleEndian.Uint32(rest) != masked(content) || len(content) < 9 || content[0] != wallTime<<3|fixed64 {
			break
		}
		list = append(list, math.Float64frombits(binary.LittleEndian.Uint64(content[1:])))
		file = rest[sumSize:]
	}
	return list
}

// seconds is a time as an Event has it.
func seconds(t time.Time) float64 { return float64(t.UnixNano()) / float64(time.Second) }
