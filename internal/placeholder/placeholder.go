// Package placeholder recognizes what is often in the place of a file: the pointer that a clone without Git LFS leaves, and
// the web page that a failed download saves.
package placeholder

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// headLength is how many bytes tell a placeholder.
const headLength = 64

// Kind returns what a file that begins with head is, and what to do; both are "" if it is no placeholder.
func Kind(head []byte) (kind, remedy string) {
	text := bytes.ToLower(bytes.TrimSpace(head[:min(headLength, len(head))]))
	switch {
	case bytes.HasPrefix(text, []byte("version https://git-lfs")):
		return "a Git LFS pointer in place of the file itself", "run git lfs pull, or download the file"
	case bytes.HasPrefix(text, []byte("<!doctype")) || bytes.HasPrefix(text, []byte("<html")):
		return "a web page, perhaps an error page in place of the download", "download the file again"
	}
	return "", ""
}

// Check returns an error if a file that begins with head is a placeholder.
func Check(path string, head []byte) error {
	if kind, remedy := Kind(head); kind != "" {
		return fmt.Errorf("%s is %s; %s", path, kind, remedy)
	}
	return nil
}

// CheckFile is [Check] for a file whose content has not been read. A file that can't be read is no placeholder.
func CheckFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	head := make([]byte, headLength)
	n, _ := io.ReadFull(file, head)
	return Check(path, head[:n])
}
