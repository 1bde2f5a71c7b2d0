package gonbext

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/internal/hubtest"
	"example.com/gonb-dpo/internal/localhub"
)

// The cell sends a run to the hub as one commit; the same cell again sends nothing.
func TestPush(t *testing.T) {
	useTinyModel(t)
	t.Setenv(cell.MaxSteps, "1")
	hub := localhub.New(map[string]string{"hf_secret": "me"})
	server := httptest.NewServer(hub)
	t.Cleanup(server.Close)
	hubtest.Point(t, server.URL)
	t.Setenv("HF_TOKEN", "hf_secret")
	out := printing(t)
	p, err := load(t.Context(), pairFile(t, numbered(6)...))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	c := shortConfig()
	c.SampleSteps = 0
	if err := trainRun(t.Context(), dir, c, p); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	Model()
	if shown := out.String(); !strings.Contains(shown, "llama") || !strings.Contains(shown, "longest text") {
		t.Errorf("the model: %s", shown)
	}
	out.Reset()
	PushFiles(dir)
	if shown := out.String(); !strings.Contains(shown, "adapter_model.safetensors") || !strings.Contains(shown, "Stays on this machine:") || !strings.Contains(shown, "run.json") || hub.Commits("me/tiny") != 0 {
		t.Errorf("before it is pushed: %s", shown)
	}
	out.Reset()
	Push(dir, "me/tiny")
	if shown := out.String(); !strings.Contains(shown, "me/tiny has the adapter: ") || !strings.Contains(shown, " in one commit, ") || hub.Head("me/tiny")["adapter_model.safetensors"] == nil {
		t.Errorf("pushed: %s", shown)
	}
	commits := hub.Commits("me/tiny")
	out.Reset()
	Push(dir, "me/tiny")
	if shown := out.String(); !strings.Contains(shown, "has these files already; nothing to do") || hub.Commits("me/tiny") != commits {
		t.Errorf("again: %s", shown)
	}
	if strings.Contains(out.String(), "hf_secret") {
		t.Error("the token is shown")
	}

	var fault error
	before := cell.Exit
	cell.Exit = func(err error) { fault = err }
	t.Cleanup(func() { cell.Exit = before })
	Push(t.TempDir(), "me/tiny")
	if fault == nil || hub.Commits("me/tiny") != commits {
		t.Errorf("an empty folder: %v", fault)
	}
}
