// Package sums writes the SHA-256 of the files of a folder to SHA256SUMS, in the format of sha256sum, so that a damaged file is
// found before it is used.
package sums

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
)

// Name is the name of the file with the sums.
const Name = "SHA256SUMS"

// ErrDamaged is wrapped by errors that name a file whose content has changed.
var ErrDamaged = errors.New("damaged")

// Write writes the sums of files of a folder, in alphabetical order.
func Write(dir string, names ...string) error {
	names = slices.Sorted(slices.Values(names))
	var list bytes.Buffer
	for _, name := range names {
		sum, err := Of(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("write %s: %w", Name, err)
		}
		fmt.Fprintf(&list, "%s  %s\n", sum, name)
	}
	return atomicfile.WriteBytes(filepath.Join(dir, Name), list.Bytes())
}

// WriteAll writes the sums of all files of a folder.
func WriteAll(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return Write(dir, names...)
}

// Remove removes the sums of a folder whose files are about to change.
func Remove(dir string) error {
	if err := disk.Remove(filepath.Join(dir, Name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Has reports whether a folder has sums.
func Has(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, Name))
	return err == nil
}

// Check compares files of a folder with its sums; without names, all files that have one. A folder without sums passes, because
// other programs write none.
func Check(dir string, names ...string) error {
	if !Has(dir) {
		return nil
	}
	known, err := read(dir)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		for name := range known {
			names = append(names, name)
		}
		slices.Sort(names)
	}
	for _, name := range names {
		want, ok := known[name]
		if !ok {
			return fmt.Errorf("%s is %w: it does not name %s", filepath.Join(dir, Name), ErrDamaged, name)
		}
		sum, err := Of(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s is %w: the file is missing", filepath.Join(dir, name), ErrDamaged)
		case err != nil:
			return err
		case sum != want:
			return fmt.Errorf("%s is %w: it does not match %s; if you changed it yourself, remove %s", filepath.Join(dir, name), ErrDamaged, Name, Name)
		}
	}
	return nil
}

// CheckAll is [Check] for all files that have a sum, among which some must be.
func CheckAll(dir string, required ...string) error {
	known, err := read(dir)
	if err != nil {
		return err
	}
	for _, name := range required {
		if _, ok := known[name]; !ok {
			return fmt.Errorf("%s is %w: it does not name %s", filepath.Join(dir, Name), ErrDamaged, name)
		}
	}
	return Check(dir)
}

// read returns the sums by file name. It refuses names outside the folder.
func read(dir string) (known map[string]string, err error) {
	path := filepath.Join(dir, Name)
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	known = map[string]string{}
	for line := range bytes.Lines(content) {
		const digits = 2 * sha256.Size
		if len(line) < digits+4 || string(line[digits:digits+2]) != "  " || line[len(line)-1] != '\n' {
			return nil, fmt.Errorf("%s is %w: a line does not have the form sum, two spaces, name", path, ErrDamaged)
		}
		name := string(line[digits+2 : len(line)-1])
		if !filepath.IsLocal(name) {
			return nil, fmt.Errorf("%s is %w: the name %q points outside the folder", path, ErrDamaged, name)
		}
		known[name] = string(line[:digits])
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("%s is %w: it is empty", path, ErrDamaged)
	}
	return known, nil
}

// Of returns the SHA-256 of a file, in hexadecimal.
func Of(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}
