package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/internal/atomicfile"
)

// earlier is the file with the output of the last scan that passed, after a line with the state it was made in.
const earlier = ".deps/vulnerabilities"

// state hashes everything that the result of a scan with the pinned database depends on: the sources (with the pinned
// database and the accepted findings), the modules and the Go version.
func state() (string, error) {
	version, err := exec.Command("go", "env", "GOVERSION", "GOOS", "GOARCH").Output()
	if err != nil {
		return "", fmt.Errorf("ask for the Go version: %w", err)
	}
	hash := sha256.New()
	hash.Write(version)
	err = filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && len(name) > 1 && name[0] == '.':
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") && name != "go.mod" && name != "go.sum":
			return nil
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(hash, "%s %d\n%s", path, len(content), content)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the sources: %w", err)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), nil
}

// outcome returns the output of an earlier scan in the same state.
func outcome(state string) (printed []byte, ok bool) {
	saved, err := os.ReadFile(earlier)
	if err != nil {
		return nil, false
	}
	return bytes.CutPrefix(saved, []byte(state+"\n"))
}

// keep saves the output of a scan.
func keep(state string, printed []byte) error {
	if err := os.MkdirAll(filepath.Dir(earlier), 0o755); err != nil {
		return fmt.Errorf("save the output of the scan: %w", err)
	}
	return atomicfile.WriteBytes(earlier, append([]byte(state+"\n"), printed...))
}
