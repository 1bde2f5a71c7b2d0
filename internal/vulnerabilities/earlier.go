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

// earlier is where the outcome of the last scan that found no fault is kept, behind a line with its state.
const earlier = ".deps/vulnerabilities"

// state tells apart all that the outcome of a scan with the pinned database depends on: the sources with what is pinned
// and accepted in them, the modules, and the Go that runs.
func state() (string, error) {
	version, err := exec.Command("go", "env", "GOVERSION", "GOOS", "GOARCH").Output()
	if err != nil {
		return "", fmt.Errorf("ask which Go runs: %w", err)
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

// outcome is what an earlier scan in the same state printed.
func outcome(state string) (printed []byte, ok bool) {
	kept, err := os.ReadFile(earlier)
	if err != nil {
		return nil, false
	}
	return bytes.CutPrefix(kept, []byte(state+"\n"))
}

// keep keeps what a scan printed.
func keep(state string, printed []byte) error {
	if err := os.MkdirAll(filepath.Dir(earlier), 0o755); err != nil {
		return fmt.Errorf("keep the outcome: %w", err)
	}
	return atomicfile.WriteBytes(earlier, append([]byte(state+"\n"), printed...))
}
