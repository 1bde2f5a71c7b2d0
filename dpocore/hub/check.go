package hub

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/hub/protocol"
)

// sha256Digits is the length of the names of large files; other names are a SHA-1.
const sha256Digits = 64

// intact reports whether a content exists and has the hash that is its name.
func intact(blob string) (bool, error) {
	want := filepath.Base(blob)
	file, err := os.Open(blob)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	sum := protocol.Entry{Large: len(want) == sha256Digits, Size: info.Size()}.Hasher()
	if _, err := io.Copy(sum, file); err != nil {
		return false, fmt.Errorf("read %s: %w", blob, err)
	}
	return hex.EncodeToString(sum.Sum(nil)) == want, nil
}

// have reports whether a file is in the cache and intact. A file that is not a link to a content named by its hash, as in a
// copied cache, is not checked.
func (s *Snapshot) have(name string) (bool, error) {
	if !s.cache.has(s.Commit, name) {
		return false, nil
	}
	blob, err := filepath.EvalSymlinks(filepath.Join(s.cache.snapshot(s.Commit), filepath.FromSlash(name)))
	if err == nil && (filepath.Base(filepath.Dir(blob)) != "blobs" || !protocol.IsHash.MatchString(filepath.Base(blob))) {
		return true, nil
	}
	ok := false
	if err == nil {
		ok, err = intact(blob)
	}
	if err != nil {
		return false, fmt.Errorf("look for %s of %s: %w", name, s.Repo, err)
	}
	if !ok && s.listing == nil {
		return false, s.missing(fmt.Sprintf("%s is damaged in the cache (the hash of %s is not its name)", name, blob))
	}
	return ok, nil
}
