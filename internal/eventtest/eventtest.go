// Package eventtest reads TensorBoard's event files in tests, apart from the code that writes them.
package eventtest

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"testing"
)

// Event is an event of a file: its time, its step, and its scalars and texts by their names.
type Event struct {
	Time    float64
	Version string
	Step    int
	Scalars map[string]float64
	Texts   map[string]string
}

// Read reads a file, and fails the test if a record is torn or damaged.
func Read(t testing.TB, path string) (events []Event) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(file); {
		if len(file)-at < 16 {
			t.Fatalf("%s: %d bytes are left at %d", path, len(file)-at, at)
		}
		head := file[at : at+8]
		length := int(binary.LittleEndian.Uint64(head))
		check(t, path, head, file[at+8:])
		if at+16+length > len(file) {
			t.Fatalf("%s: the record at %d is torn", path, at)
		}
		content := file[at+12 : at+12+length]
		check(t, path, content, file[at+12+length:])
		events = append(events, event(content))
		at += 16 + length
	}
	return events
}

func check(t testing.TB, path string, content, sum []byte) {
	t.Helper()
	crc := crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli))
	if want := (crc>>15 | crc<<17) + 0xa282ead8; binary.LittleEndian.Uint32(sum) != want {
		t.Fatalf("%s: a checksum is %x, want %x", path, binary.LittleEndian.Uint32(sum), want)
	}
}

func event(content []byte) Event {
	e := Event{Scalars: map[string]float64{}, Texts: map[string]string{}}
	fields(content, func(number int, value []byte, whole uint64) {
		switch number {
		case 1:
			e.Time = math.Float64frombits(whole)
		case 2:
			e.Step = int(whole)
		case 3:
			e.Version = string(value)
		case 5:
			fields(value, func(_ int, value []byte, _ uint64) { e.value(value) })
		}
	})
	return e
}

func (e *Event) value(content []byte) {
	tag := ""
	fields(content, func(number int, value []byte, whole uint64) {
		switch number {
		case 1:
			tag = string(value)
		case 2:
			e.Scalars[tag] = float64(math.Float32frombits(uint32(whole)))
		case 8:
			fields(value, func(number int, value []byte, _ uint64) {
				if number == 8 {
					e.Texts[tag] = string(value)
				}
			})
		}
	})
}

// fields calls a function with the fields of a message of Protocol Buffers: bytes, or a number.
func fields(content []byte, do func(number int, value []byte, whole uint64)) {
	for len(content) > 0 {
		key, n := binary.Uvarint(content)
		content = content[n:]
		var value []byte
		var whole uint64
		size := 0
		switch key & 7 {
		case 0:
			whole, size = binary.Uvarint(content)
		case 1:
			whole, size = binary.LittleEndian.Uint64(content), 8
		case 2:
			length, n := binary.Uvarint(content)
			value, size = content[n:n+int(length)], n+int(length)
		case 5:
			whole, size = uint64(binary.LittleEndian.Uint32(content)), 4
		}
		do(int(key>>3), value, whole)
		content = content[size:]
	}
}
