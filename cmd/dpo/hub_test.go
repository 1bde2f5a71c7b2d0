package main

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/hubtest"
	"example.com/gonb-dpo/internal/localhub"
	"example.com/gonb-dpo/internal/tinymodel"
)

// serveHub starts a hub on which "me" is signed in.
func serveHub(t *testing.T) *localhub.Hub {
	t.Helper()
	hub := localhub.New(map[string]string{"hf_neverToBeShown": "me"})
	hub.PartSize = 4096
	server := httptest.NewServer(hub)
	t.Cleanup(server.Close)
	hubtest.Point(t, server.URL)
	t.Setenv("HF_TOKEN", "hf_neverToBeShown")
	return hub
}

// TestHub pushes a run, its merge and its GGUF file, and uses the adapter on the hub.
func TestHub(t *testing.T) {
	cachetest.Own(t)
	hub := serveHub(t)
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	t.Chdir(t.TempDir())
	output(t, "train", "--model", model, "--data", data, "--eval-data", data, "--out", "run", "--merged", "merged", "--max-steps", "2", "--batch-size", "2", "--learning-rate", "1e-2")
	output(t, "eval", "--adapter", "run", "--data", data)

	seen := output(t, "push", "run", "me/tiny", "--dry-run", "--private")
	for _, want := range []string{"me/tiny would be created as a private repository", "adapter_model.safetensors", "plots/overview.png", "README.md", "would be sent", "not sent: ", "run.json"} {
		if !strings.Contains(seen, want) {
			t.Errorf("--dry-run does not print %q: %s", want, seen)
		}
	}
	if hub.Head("me/tiny") != nil {
		t.Error("--dry-run created the repository")
	}
	said, err := dpo(t, "push", "run", "me/tiny", "--private").CombinedOutput()
	if err != nil || !strings.Contains(string(said), "dpo generate --adapter me/tiny") || !strings.Contains(string(said), "names the model as "+model) {
		t.Errorf("push: %v, %s", err, said)
	}
	checkPushed(t, hub, "me/tiny", "run", "adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "chat_template.jinja", "README.md", "plots/overview.png")
	if said := output(t, "push", "run", "me/tiny"); !strings.Contains(said, "nothing to do") || hub.Commits("me/tiny") != 2 {
		t.Errorf("again: %s", said)
	}
	output(t, "push", "merged", "me/merged")
	checkPushed(t, hub, "me/merged", "merged", "config.json", "model.safetensors", "tokenizer.json", "README.md")
	output(t, "export", "--adapter", "run", "--data", data, "--gguf", "tiny.gguf", "--type", "f16")
	output(t, "push", "tiny.gguf", "me/gguf")
	checkPushed(t, hub, "me/gguf", ".", "tiny.gguf", "tiny.Modelfile")

	prompt := []string{"--prompt", "Name a colour.", "--max-new-tokens", "12", "--temperature", "0"}
	want := output(t, append([]string{"generate", "--adapter", "run"}, prompt...)...)
	if got := output(t, append([]string{"generate", "--model", model, "--adapter", "me/tiny"}, prompt...)...); got != want {
		t.Errorf("the adapter on the hub answers %q, the run %q", got, want)
	}
	checkPull(t, hub, model, prompt, want)
	checkPushErrors(t)
}

// checkPushed compares the files of a repository with those of a folder.
func checkPushed(t *testing.T, hub *localhub.Hub, id, dir string, required ...string) {
	t.Helper()
	head := hub.Head(id)
	delete(head, ".gitattributes")
	for name, content := range head {
		if local, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(local, content) {
			t.Errorf("%s of %s differs (%v)", name, id, err)
		}
		if strings.Contains(name, "json") && (strings.HasPrefix(name, "run.") || strings.Contains(name, "metrics") || strings.Contains(name, "evaluation") || strings.Contains(name, "answers") || strings.Contains(name, "trainer")) || strings.HasSuffix(name, ".txt") || strings.Contains(name, "checkpoint") {
			t.Errorf("%s was sent to %s", name, id)
		}
	}
	for _, name := range required {
		if head[name] == nil {
			t.Errorf("%s has %v, and not %s", id, slices.Sorted(maps.Keys(head)), name)
		}
	}
}

func checkPull(t *testing.T, hub *localhub.Hub, model string, prompt []string, want string) {
	t.Helper()
	if said := output(t, "pull", "me/tiny"); !strings.Contains(said, "use it as --adapter tiny") {
		t.Errorf("pull prints %s", said)
	}
	checkPushed(t, hub, "me/tiny", "tiny")
	if got := output(t, append([]string{"generate", "--model", model, "--adapter", "tiny"}, prompt...)...); got != want {
		t.Errorf("the downloaded adapter answers %q, the run %q", got, want)
	}
	if said := output(t, "pull", "me/tiny"); !strings.Contains(said, "nothing to do") {
		t.Errorf("pull again prints %s", said)
	}
	if err := os.WriteFile("tiny/README.md", []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"tiny has another README.md than the hub, and nothing was changed in it; name another folder with --out", []string{"pull", "me/tiny"}},
		{"me/merged is a model, not an adapter; use it as --model me/merged", []string{"pull", "me/merged"}},
		{"me/gguf has no adapter", []string{"pull", "me/gguf"}},
		{"the hub has no model me/none", []string{"pull", "me/none"}},
		{"is not a name on the hub; write owner/name", []string{"pull", "tiny"}},
		{"there is no adapter folder me/none, and it can't be had from the hub: fetch me/none: the hub has no model me/none", []string{"generate", "--prompt", "Hi", "--adapter", "me/none"}},
		{"there is no adapter folder tiny/none", []string{"generate", "--prompt", "Hi", "--adapter", "tiny/none"}}, // a path
	} {
		if said, err := dpo(t, c.args...).CombinedOutput(); err == nil || !strings.Contains(string(said), c.want) {
			t.Errorf("dpo %v: %v, %s; want %q", c.args, err, said, c.want)
		}
	}
}

func checkPushErrors(t *testing.T) {
	t.Helper()
	write := func(name, content string) {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("pairs.jsonl", "{}")
	write("fake.gguf", "not one")
	checkpoint, err := filepath.Glob("run/checkpoint-*")
	if err != nil || len(checkpoint) == 0 {
		t.Fatalf("no checkpoint: %v", err)
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"there is no nothing; name a finished run", []string{"nothing", "me/x"}},
		{"pairs.jsonl is not pushed", []string{"pairs.jsonl", "me/x"}},
		{"fake.gguf is not a GGUF file", []string{"fake.gguf", "me/x"}},
		{". is neither a finished run or another adapter, nor a folder that dpo merge wrote", []string{".", "me/x"}},
		{"is a checkpoint; name its run", []string{checkpoint[0], "me/x"}},
		{`"x" is not the name of a repository; write owner/name`, []string{"run", "x"}},
		{"the hub does not let you write", []string{"run", "other/x"}},
		{"takes two arguments, and not 1: write `dpo push RUN owner/name`", []string{"run"}},
		{"the repository is public, so nothing was sent", []string{"run", "me/merged", "--private"}},
	} {
		if said, err := dpo(t, append([]string{"push"}, c.args...)...).CombinedOutput(); err == nil || !strings.Contains(string(said), c.want) || strings.Contains(string(said), "neverToBeShown") {
			t.Errorf("dpo push %v: %v, %s; want %q", c.args, err, said, c.want)
		}
	}
	t.Setenv("HF_TOKEN", "")
	if said := output(t, "push", "run", "me/x", "--dry-run"); !strings.Contains(said, "adapter_model.safetensors\n") || !strings.Contains(said, "would be sent to me/x\nnot sent: ") {
		t.Errorf("--dry-run without a token prints %s", said)
	}
	if said, err := dpo(t, "push", "run", "me/x").CombinedOutput(); err == nil || !strings.Contains(string(said), "nobody is signed in to the hub; run `hf auth login`") {
		t.Errorf("without a token: %v, %s", err, said)
	}
}

// TestInterruptedPush: Ctrl-C ends a push in order, and the same command sends what is missing.
func TestInterruptedPush(t *testing.T) {
	hub := serveHub(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "tiny.gguf")
	content := append([]byte("GGUF"), bytes.Repeat([]byte("x"), 40000)...)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	begun := make(chan bool, 1)
	hub.Fault = func(r *http.Request) localhub.Fault {
		if strings.Contains(r.URL.Path, "/storage/part/") && strings.HasSuffix(r.URL.Path, "/5") {
			begun <- true
			time.Sleep(time.Second)
			return localhub.Internal
		}
		return localhub.None
	}
	cmd := dpo(t, "push", file, "me/gguf")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-begun
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 130 || said.String() != "dpo: stopped before the commit, so the repository has what it had; the same command resumes\n" || hub.Head("me/gguf")["tiny.gguf"] != nil {
		t.Errorf("status %d, %s", cmd.ProcessState.ExitCode(), said.String())
	}
	hub.Fault = nil
	output(t, "push", file, "me/gguf")
	if !bytes.Equal(hub.Head("me/gguf")["tiny.gguf"], content) {
		t.Error("the hub has another content")
	}
}
