package trained

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestAdopt: a run that starts from an adapter has its LoRA settings, and says so if others were configured; the tiny adapter has
// rank 3 and alpha 6 on all projections.
func TestAdopt(t *testing.T) {
	base, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer base.Close()
	dir := filepath.Join(t.TempDir(), "adapter")
	layout, values := tinymodel.Adapter(t)
	if err := adapter.Write(dir, layout, values, adapter.Options{BaseModel: "base"}); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.InitAdapter, c.LoRARank, c.LoRAModules = dir, 8, []string{"q_proj"}
	var notes []string
	note := func(text string) { notes = append(notes, text) }
	for range 2 { // the second time nothing differs
		if err := Adopt(&c, base, note); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := c.LoRA(), layout.LoRA; !reflect.DeepEqual(got, want) || c.LoRAModules != nil {
		t.Errorf("the run has %+v, the adapter %+v", got, want)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "has rank 3, alpha 6") {
		t.Errorf("notes %q", notes)
	}
	unevenAlphas(t, dir)
	if err := Adopt(&c, base, note); err != nil || !strings.Contains(notes[len(notes)-1], "has other ranks or alphas in some layers. It is trained with rank 3 in all of them") {
		t.Errorf("of an uneven adapter: %v, notes %q", err, notes)
	}
}

// unevenAlphas gives one projection of one layer another alpha, as PEFT's alpha_pattern does.
func unevenAlphas(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "adapter_config.json")
	raw, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, []byte(strings.Replace(string(raw), `"alpha_pattern": {}`, `"alpha_pattern": {"layers.1.self_attn.q_proj": 9}`, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
