package eventfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
)

// File is an event file, open for appending.
type File struct{ file *disk.File }

// Open makes a file hold exactly the given events, and opens it to append more. Events of an earlier process keep their times.
// What follows them in the file is cut off: events of steps that are made again, or what a killed process had half written. The
// bytes before stay as they are, so that a TensorBoard which shows the file at the moment reads on.
func Open(path string, events []Event) (*File, error) {
	earlier, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("open TensorBoard's file: %w", err)
	}
	content := encodeAll(events, times(earlier))
	if !bytes.HasPrefix(earlier, content) {
		if err := atomicfile.WriteBytes(path, content); err != nil {
			return nil, err
		}
	}
	file, err := disk.Open(path, os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return nil, fmt.Errorf("open TensorBoard's file: %w", err)
	}
	if len(earlier) > len(content) {
		if err := file.Truncate(int64(len(content))); err != nil {
			return nil, errors.Join(fmt.Errorf("open TensorBoard's file: %w", err), file.Close())
		}
	}
	return &File{file}, nil
}

// encodeAll returns a file with events, which have the times of an earlier file as far as these go.
func encodeAll(events []Event, times []float64) (content []byte) {
	at := func(record int) float64 {
		if record < len(times) {
			return times[record]
		}
		return seconds(time.Now())
	}
	content = appendRecord(nil, at(0), version)
	for i, e := range events {
		content = appendRecord(content, at(i+1), e.encode())
	}
	return content
}

// Append writes an event in a single call, so that a crash tears at most the last one.
func (f *File) Append(e Event) error {
	if _, err := f.file.Write(appendRecord(nil, seconds(time.Now()), e.encode())); err != nil {
		return fmt.Errorf("append step %d: %w", e.Step, err)
	}
	return nil
}

// Close closes the file. It is not synced: [Open] writes again what a crash has lost.
func (f *File) Close() error { return f.file.Close() }
