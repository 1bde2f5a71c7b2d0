package preference_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/internal/offheap"
)

// atMost limits the text that sets keep on the heap.
func atMost(t *testing.T, bytes int) {
	t.Helper()
	before := preference.SetMaxHeapText(bytes)
	t.Cleanup(func() { preference.SetMaxHeapText(before) })
}

// manyForms has a line of each form of a record.
var manyForms = map[string]string{
	"texts":       `{"prompt":"Why %d?","chosen":"Because, %[1]d.","rejected":"Dunno"}`,
	"turns":       `{"prompt":[{"role":"system","content":"Be brief"},{"role":"user","content":"Why %d?"}],"chosen":[{"role":"assistant","content":"é%[1]d"}],"rejected":[{"role":"assistant","content":"x"}]}`,
	"opening":     `{"chosen":[{"role":"user","content":"Why %d?"},{"role":"assistant","content":"So"}],"rejected":[{"role":"user","content":"Why %[1]d?"},{"role":"assistant","content":"Not so"}]}`,
	"transcripts": `{"chosen":"\n\nHuman: Why %d?\n\nAssistant: So","rejected":"\n\nHuman: Why %[1]d?\n\nAssistant: Not so","objective":"sense"}`,
	"common":      `{"chosen":"Why %d? Because","rejected":"Why %[1]d? Dunno"}`,
}

func lines(form string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, form+"\n", i)
	}
	return b.String()
}

// TestTextsOffTheHeap: texts that were moved off the heap are unchanged.
func TestTextsOffTheHeap(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for name, form := range manyForms {
		text := lines(form, 200)
		plain, err := pairfile.Read(strings.NewReader(text), name)
		if err != nil {
			t.Fatal(err)
		}
		atMost(t, 300)
		moved, err := pairfile.Read(strings.NewReader(text), name)
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		if !reflect.DeepEqual(moved.Pairs, plain.Pairs) {
			t.Errorf("%s: the pairs differ", name)
		}
		if first, size := moved.OnHeap(); first == 0 || size >= 300 {
			t.Errorf("%s: the texts were not moved: %d bytes from pair %d on", name, size, first)
		}
		if a, b := moved.Pairs[0].Chosen, moved.Pairs[0].Rejected; uintptr(unsafe.Pointer(unsafe.StringData(b)))-uintptr(unsafe.Pointer(unsafe.StringData(a))) != uintptr(len(a)) {
			t.Errorf("%s: the texts of a pair are not next to each other", name)
		}
	}
	left, err := os.ReadDir(offheap.Folder())
	if err != nil || len(left) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

// TestSharedPromptsOffTheHeap: pairs of one ranking share their prompt; each still has it.
func TestSharedPromptsOffTheHeap(t *testing.T) {
	atMost(t, 20)
	set := &preference.Set{}
	prompt := preference.User("Which?")
	for i := range 30 {
		set.Add(preference.Pair{Prompt: prompt, Chosen: fmt.Sprint("yes ", i), Rejected: "no"}, "")
	}
	for i, pair := range set.Pairs {
		if pair.PromptText() != "Which?" || pair.Chosen != fmt.Sprint("yes ", i) || pair.Rejected != "no" {
			t.Errorf("pair %d: %+v", i, pair)
		}
	}
}

// TestTextsWithoutADisk: texts stay on the heap if no file can be written.
func TestTextsWithoutADisk(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "missing")
	t.Setenv("XDG_CACHE_HOME", "relative is refused")
	t.Setenv("TMPDIR", nowhere)
	atMost(t, 100)
	set, err := pairfile.Read(strings.NewReader(lines(manyForms["texts"], 50)), "pairs")
	if err != nil || len(set.Pairs) != 50 || set.Pairs[49].Chosen != "Because, 49." {
		t.Errorf("%v, %v", set, err)
	}
}
