package compilecache_test

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/device/compilecache"
)

// TestCompiledGraphIsLoadedFromDisk exchanges the files of two compiled graphs: each then computes what the other did, which
// shows that nothing was compiled.
func TestCompiledGraphIsLoadedFromDisk(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", base)
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	if backend.Name() != "xla" {
		t.Fatal("the XLA plugin is not installed; run make setup")
	}
	run := func(f func(x *Node) *Node) float32 {
		t.Helper()
		exec := MustNewExec(backend, f)
		defer exec.Finalize()
		return tensors.ToScalar[float32](exec.MustCall(float32(3))[0])
	}
	double := func(x *Node) *Node { return MulScalar(x, 2) }
	square := func(x *Node) *Node { return Mul(x, x) }
	if got := run(double); got != 6 {
		t.Fatalf("2·3 = %g", got)
	}
	first := files(t, base)
	if got := run(square); got != 9 {
		t.Fatalf("3·3 = %g", got)
	}
	both := files(t, base)
	if len(first) != 1 || len(both) != 2 {
		t.Fatalf("a graph left %d files, two graphs %d", len(first), len(both))
	}

	doubles, squares := first[0], both[0]
	if squares == doubles {
		squares = both[1]
	}
	exchange(t, doubles, squares)
	if got := run(double); got != 9 {
		t.Errorf("doubling computes %g: it was compiled again", got)
	}
	if got := run(square); got != 6 {
		t.Errorf("squaring computes %g: it was compiled again", got)
	}

	refused := []byte("not what the plugin has written")
	sum := sha256.Sum256(refused)
	if err := os.WriteFile(squares, append(sum[:], refused...), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run(square); got != 9 {
		t.Errorf("after a file that the plugin refuses, squaring computes %g", got)
	}
	if c := compilecache.Counted(); c.Loaded != 2 || c.Compiled != 3 || c.Compiling <= 0 {
		t.Errorf("counted %+v; want 2 graphs loaded and 3 compiled", c)
	}
}

func files(t *testing.T, base string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(base, "gonb-dpo", "compiled", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func exchange(t *testing.T, x, y string) {
	t.Helper()
	for _, rename := range [][2]string{{x, x + ".moved"}, {y, x}, {x + ".moved", y}} {
		if err := os.Rename(rename[0], rename[1]); err != nil {
			t.Fatal(err)
		}
	}
}
