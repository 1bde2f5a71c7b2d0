package rounds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"example.com/gonb-dpo/internal/lines"
)

// journal is a JSON Lines file. Each line is on disk before the work continues, so that a crash loses at most one line.
type journal[T any] struct {
	list []T // the lines of the file
	file *lines.File
}

// openJournal opens or creates a file and reads its lines. An incomplete last line, left by a crash, is dropped and will be
// overwritten.
func openJournal[T any](path string) (*journal[T], error) {
	file, err := lines.Open(path, nil)
	if err != nil {
		return nil, err
	}
	j := &journal[T]{file: file}
	if err := j.read(path); err != nil {
		file.Close()
		return nil, err
	}
	return j, nil
}

// read reads the complete lines of the file.
func (j *journal[T]) read(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for number := 1; ; number++ {
		line, rest, ended := bytes.Cut(content, []byte("\n"))
		if !ended {
			return nil
		}
		var item T
		if err := json.Unmarshal(line, &item); err != nil {
			return fmt.Errorf("read %s, line %d: %w; remove the line or the file", path, number, err)
		}
		j.list, content = append(j.list, item), rest
	}
}

// add appends a line and returns once it is on disk.
func (j *journal[T]) add(item T) error {
	if err := j.file.Add(item); err != nil {
		return err
	}
	j.list = append(j.list, item)
	return nil
}

func (j *journal[T]) close() error { return j.file.Close() }
