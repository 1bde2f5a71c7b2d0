// Package eventfile writes TensorBoard's event files: records in TFRecord's framing, each an Event message of TensorFlow
// (https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto). Start with [Open].
package eventfile

import (
	"encoding/binary"
	"math"
)

// Event is what is written of a step.
type Event struct {
	Step    int
	Scalars []Scalar
	Texts   []Text
}

// Scalar is a value with its name, such as "train/loss". TensorBoard keeps it as a float32.
type Scalar struct {
	Tag   string
	Value float64
}

// Text is a text in Markdown, with its name.
type Text struct{ Tag, Text string }

// version is the first event of each file, without its time.
var version = message(nil).bytes(fileVersion, []byte("brain.Event:2"))

// Numbers of fields in TensorFlow's messages.
const (
	wallTime, eventStep, fileVersion, eventSummary = 1, 2, 3, 5 // Event
	summaryValue                                   = 1          // Summary
	valueTag, simpleValue, valueTensor, valueMeta  = 1, 2, 8, 9 // Summary.Value
	pluginData, pluginName                         = 1, 1       // SummaryMetadata, and in it PluginData
	tensorType, tensorShape, stringValue           = 1, 2, 8    // TensorProto
	shapeDim, dimSize                              = 2, 1       // TensorShapeProto, and in it Dim
	typeString                                     = 7          // DataType
)

// encode returns the Event message without its time.
func (e Event) encode() []byte {
	var summary message
	for _, s := range e.Scalars {
		summary = summary.bytes(summaryValue, message(nil).bytes(valueTag, []byte(s.Tag)).float(simpleValue, s.Value))
	}
	for _, t := range e.Texts {
		shape := message(nil).bytes(shapeDim, message(nil).integer(dimSize, 1))
		tensor := message(nil).integer(tensorType, typeString).bytes(tensorShape, shape).bytes(stringValue, []byte(t.Text))
		meta := message(nil).bytes(pluginData, message(nil).bytes(pluginName, []byte("text")))
		summary = summary.bytes(summaryValue, message(nil).bytes(valueTag, []byte(t.Tag)).bytes(valueTensor, tensor).bytes(valueMeta, meta))
	}
	return message(nil).integer(eventStep, e.Step).bytes(eventSummary, summary)
}

// message is an encoded message of Protocol Buffers (https://protobuf.dev/programming-guides/encoding).
type message []byte

// The wire types.
const (
	varint  = 0
	fixed64 = 1
	sized   = 2
	fixed32 = 5
)

func (m message) key(field, wire int) message {
	return binary.AppendUvarint(m, uint64(field<<3|wire))
}

func (m message) integer(field, value int) message {
	return binary.AppendUvarint(m.key(field, varint), uint64(value))
}

func (m message) float(field int, value float64) message {
	return binary.LittleEndian.AppendUint32(m.key(field, fixed32), math.Float32bits(float32(value)))
}

func (m message) double(field int, value float64) message {
	return binary.LittleEndian.AppendUint64(m.key(field, fixed64), math.Float64bits(value))
}

func (m message) bytes(field int, value []byte) message {
	return append(binary.AppendUvarint(m.key(field, sized), uint64(len(value))), value...)
}
