package recordfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestUnreadableFile uses the system's error, because root, as whom tests may run, can read every file.
func TestUnreadableFile(t *testing.T) {
	err := openError("pairs.csv", &fs.PathError{Op: "open", Path: "pairs.csv", Err: syscall.EACCES})
	want := "pairs.csv: the file can't be opened, because you may not read it; change its permissions (chmod u+r) or its owner"
	if err.Error() != want || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	if os.Geteuid() == 0 {
		return
	}
	path := filepath.Join(t.TempDir(), "pairs.csv")
	if err := os.WriteFile(path, []byte("prompt,chosen,rejected\na,b,c\n"), 0o000); err != nil {
		t.Fatal(err)
	}
	if _, err = Open(path); err == nil || !strings.Contains(err.Error(), "you may not read it") {
		t.Error(err)
	}
}
