package dpocore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// journal is a file of JSON Lines to which each line is added durably at once, so that work of hours is not lost.
type journal[T any] struct {
	list []T // what it holds
	file *os.File
}

// openJournal opens a file, made if it isn't there, and reads it. A last line that a crash has torn is cut off.
func openJournal[T any](path string) (*journal[T], error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
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

func (j *journal[T]) read(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sound := 0
	for number := 1; ; number++ {
		line, _, ended := bytes.Cut(content[sound:], []byte("\n"))
		if !ended {
			break
		}
		var item T
		if err := json.Unmarshal(line, &item); err != nil {
			return fmt.Errorf("read %s, line %d: %w; remove the line or the file", path, number, err)
		}
		j.list = append(j.list, item)
		sound += len(line) + 1
	}
	if err := j.file.Truncate(int64(sound)); err != nil {
		return err
	}
	_, err = j.file.Seek(int64(sound), 0)
	return err
}

// add appends a line and returns once it is on disk.
func (j *journal[T]) add(item T) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(item); err != nil {
		return err
	}
	if _, err := j.file.Write(line.Bytes()); err != nil {
		return err
	}
	j.list = append(j.list, item)
	return j.file.Sync()
}

func (j *journal[T]) close() error { return errors.Join(j.file.Sync(), j.file.Close()) }
