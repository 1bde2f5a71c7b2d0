package compilecache

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/gonb-dpo/internal/cachetest"
)

func TestSavedGraphIsLoaded(t *testing.T) {
	c := &cache{folder: t.TempDir(), max: 1 << 20}
	key := c.key([]byte("program"))
	if _, ok := c.load(key); ok {
		t.Error("a graph that was never saved is loaded")
	}
	c.save(key, []byte("machine code"))
	if got, ok := c.load(key); !ok || string(got) != "machine code" {
		t.Errorf("loaded %q, %v", got, ok)
	}
}

func TestDamagedFileIsRemoved(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"a changed byte": func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"cut off":        func(b []byte) []byte { return b[:len(b)-1] },
		"almost empty":   func(b []byte) []byte { return b[:3] },
		"empty":          func(b []byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			c := &cache{folder: t.TempDir(), max: 1 << 20}
			key := c.key([]byte("program"))
			c.save(key, []byte("machine code"))
			content, err := os.ReadFile(c.path(key))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(c.path(key), damage(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, ok := c.load(key); ok {
				t.Errorf("loaded %q", got)
			}
			if _, err := os.Stat(c.path(key)); !os.IsNotExist(err) {
				t.Errorf("the file is still there: %v", err)
			}
		})
	}
}

func TestKeysDiffer(t *testing.T) {
	here, there := &cache{machine: []byte("here")}, &cache{machine: []byte("there")}
	keys := map[string]string{}
	note := func(what, key string) {
		if other, ok := keys[key]; ok {
			t.Errorf("%s has the key of %s", what, other)
		}
		keys[key] = what
	}
	note("a program", here.key([]byte("ab"), []byte("c")))
	note("another boundary between the parts", here.key([]byte("a"), []byte("bc")))
	note("another machine", there.key([]byte("ab"), []byte("c")))
	t.Setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
	note("other flags", here.key([]byte("ab"), []byte("c")))
}

func TestLeastRecentlyUsedGraphsAreRemoved(t *testing.T) {
	c := &cache{folder: t.TempDir(), max: 350}
	executable := bytes.Repeat([]byte("x"), 100-32) // a file of 100 bytes with its sum
	first, second, third, fourth := c.key([]byte("1")), c.key([]byte("2")), c.key([]byte("3")), c.key([]byte("4"))
	for i, name := range []string{first, second, third} {
		c.save(name, executable)
		used := time.Now().Add(time.Duration(i-10) * time.Minute)
		if err := os.Chtimes(c.path(name), used, used); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := c.load(first); !ok { // which makes it the most recently used
		t.Fatal("the first is gone before the cache is full")
	}
	c.save(fourth, executable)
	for name, want := range map[string]bool{first: true, second: false, third: true, fourth: true} {
		if _, ok := c.load(name); ok != want {
			t.Errorf("%s: loaded %v, want %v", name, ok, want)
		}
	}
}

func TestOnlyGraphsAreRemoved(t *testing.T) {
	c := &cache{folder: t.TempDir(), max: 10}
	for name, stays := range map[string]bool{
		"notes.txt": true, "a.graph": true, "unfinished-essay.txt": true,
		c.key([]byte("old")) + ".graph": false, "unfinished-123.graph": false,
	} {
		path := filepath.Join(c.folder, name)
		if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		c.shrink(c.max)
		if _, err := os.Stat(path); os.IsNotExist(err) == stays {
			t.Errorf("%s: %v, stays: %v", name, err, stays)
		}
	}
}

func TestFolderThatOthersCanWriteToIsNotUsed(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", base)
	plugin := filepath.Join(base, "plugin.so")
	if err := os.WriteFile(plugin, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := open(plugin)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := open(plugin); err == nil {
		t.Error("no error")
	}
}

// Tests with a separate cache folder share the compiled graphs.
func TestGraphsOfTestsAreShared(t *testing.T) {
	shared := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", shared)
	own := cachetest.Own(t)
	plugin := filepath.Join(own, "plugin.so")
	if err := os.WriteFile(plugin, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := open(plugin)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(shared, "gonb-dpo", "compiled"); c.folder != want {
		t.Errorf("the folder is %s, want %s", c.folder, want)
	}
}

func TestNothingIsSavedWithoutFolder(t *testing.T) {
	c := &cache{folder: filepath.Join(t.TempDir(), "gone"), max: 1 << 20}
	if err := c.save("key", []byte("machine code")); !os.IsNotExist(err) {
		t.Errorf("got the error %v", err)
	}
	if _, ok := c.load("key"); ok {
		t.Error("loaded")
	}
}
