package atomicfile

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestPlaces: links, devices and pipes stay what they are, and what can't be a file is refused, before and while writing.
func TestPlaces(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for link, to := range map[string]string{"link": "real", "dangling": "new/real", "chain": "link", "loop": "loop", "null": os.DevNull} {
		if err := os.Symlink(to, in(link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(in("real"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		in("link"): "", in("dangling"): "", in("chain"): "", os.DevNull: "", in("null"): "", in(strings.Repeat("n", 250)): "",
		in("loop"):                     "leads to itself",
		in("folder") + "/":             "ends in a slash",
		dir:                            "it is a folder",
		in("real/file"):                "a folder in its path is a file",
		in(strings.Repeat("long", 70)): "name too long",
	} {
		for what, err := range map[string]error{"Check": Check(path), "Write": WriteBytes(path, []byte("new"))} {
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s(%s): %v, want %q", what, path, err, want)
			}
		}
	}
	for _, name := range []string{"real", "new/real"} {
		if content, err := os.ReadFile(in(name)); err != nil || string(content) != "new" {
			t.Errorf("%s holds %q, %v", name, content, err)
		}
	}
	if info, err := os.Lstat(in("link")); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(in("real")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode of the file became %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		t.Errorf("%s became %v, %v", os.DevNull, info.Mode(), err)
	}
}

// TestPipe: the reader of a named pipe receives what is written.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		content, _ := os.ReadFile(path)
		read <- string(content)
	}()
	if err := WriteBytes(path, []byte("text")); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "text" {
		t.Errorf("the reader received %q", got)
	}
}

// TestStandardOutput: /dev/stdout is written to if it is a pipe. A file behind it must not be replaced, since the rest of the
// output would go to the old one.
func TestStandardOutput(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := WriteBytes(descriptorPath(out), []byte("text")); err != nil {
		t.Error(err)
	}
	out.Close()
	if content, err := io.ReadAll(in); err != nil || string(content) != "text" {
		t.Errorf("the pipe received %q, %v", content, err)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := WriteBytes(descriptorPath(file), []byte("text")); err == nil || !strings.Contains(err.Error(), "already goes to") {
		t.Errorf("a file behind a descriptor: %v", err)
	}
}

func descriptorPath(file *os.File) string {
	return filepath.Join("/proc/self/fd", strconv.FormatUint(uint64(file.Fd()), 10))
}

// TestUmask: new files and their folders have the permissions that the umask allows.
func TestUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	path := filepath.Join(t.TempDir(), "new", "file")
	if err := WriteBytes(path, nil); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{path: 0o640, filepath.Dir(path): 0o750} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has the mode %v, want %v (%v)", name, info.Mode().Perm(), want, err)
		}
	}
}
