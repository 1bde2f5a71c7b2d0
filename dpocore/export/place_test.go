package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestCheckPlace: what a merge would destroy, or has no room, is refused before the adapter exists.
func TestCheckPlace(t *testing.T) {
	base, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer base.Close()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"earlier", "run"} {
		if err := os.Mkdir(in(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	made := adapter.Merged{Folder: in("other"), Weights: "w", Adapter: "a", DType: "float32"}
	if err := atomicfile.WriteJSON(filepath.Join(in("earlier"), adapter.MergeFile), made); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ adapter, out, want string }{
		{in("run"), in("new"), ""},
		{in("run"), base.Path, "was not made by merging"},
		{in("run"), in("earlier"), "holds the merge of another adapter (" + in("other") + ")"},
		{in("other"), in("earlier"), ""},
		{in("run"), in(strings.Repeat("x", 240)), "file name too long"},
		{in("earlier/checkpoint"), in("earlier"), "earlier has the adapter in it"},
		{in("new/run"), in("new"), "new has the adapter in it"},
		{in("new"), in("new/merged"), ""},
	} {
		if err := CheckPlace(base, c.adapter, c.out, "float32"); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s into %s: %v, want %q", c.adapter, c.out, err, c.want)
		}
	}
	bytesOf["huge"] = 1 << 35
	defer delete(bytesOf, "huge")
	if err := CheckPlace(base, in("run"), in("new"), "huge"); err == nil || !strings.Contains(err.Error(), "left; free some space there") {
		t.Errorf("a model without room: %v", err)
	}
}
