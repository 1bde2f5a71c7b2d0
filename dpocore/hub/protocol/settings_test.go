package protocol

import (
	"os"
	"path/filepath"
	"testing"
)

func TestParse(t *testing.T) {
	for name, want := range map[string]Repo{
		"HuggingFaceTB/SmolLM2-360M-Instruct": {Model, "HuggingFaceTB/SmolLM2-360M-Instruct", ""},
		"Qwen/Qwen2.5-0.5B-Instruct@main":     {Model, "Qwen/Qwen2.5-0.5B-Instruct", "main"},
		"a/b@refs/pr/1":                       {Model, "a/b", "refs/pr/1"},
		"a/b_":                                {Model, "a/b_", ""},
	} {
		if got, ok := Parse(Model, name); !ok || got != want {
			t.Errorf("Parse(%q) is %+v, %t; want %+v", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "gpt2", "./a/b", "/a/b", "a/b/c", "a/../b", "a/..", "a/b--c", "a b/c", "a/b@", "a/b@../x", "~/a", "a/.b", "a/b.", `a\b`} {
		if got, ok := Parse(Model, name); ok {
			t.Errorf("Parse takes %q as %+v", name, got)
		}
	}
}

func TestSettings(t *testing.T) {
	home := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(".cache/huggingface/token", "of the home\n")
	write("hf/token", "of HF_HOME\n")
	other := write("other", " of a path \n")
	const hub = "https://huggingface.co"
	for _, c := range []struct {
		name        string
		environment map[string]string
		want        Settings
	}{
		{"nothing set", nil, Settings{hub, home + "/.cache/huggingface/hub", "of the home", false}},
		{"a cache for all programs", map[string]string{"XDG_CACHE_HOME": home + "/x"}, Settings{hub, home + "/x/huggingface/hub", "", false}},
		{"HF_HOME", map[string]string{"HF_HOME": "~/hf"}, Settings{hub, home + "/hf/hub", "of HF_HOME", false}},
		{"HF_HUB_CACHE", map[string]string{"HF_HUB_CACHE": home + "/c"}, Settings{hub, home + "/c", "of the home", false}},
		{"HF_TOKEN_PATH", map[string]string{"HF_TOKEN_PATH": other}, Settings{hub, home + "/.cache/huggingface/hub", "of a path", false}},
		{"HF_TOKEN", map[string]string{"HF_TOKEN": "of the environment", "HF_TOKEN_PATH": other},
			Settings{hub, home + "/.cache/huggingface/hub", "of the environment", false}},
		{"no token wanted", map[string]string{"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}, Settings{hub, home + "/.cache/huggingface/hub", "", false}},
		{"another hub, offline", map[string]string{"HF_ENDPOINT": "http://hub.example/", "HF_HUB_OFFLINE": "true"},
			Settings{"http://hub.example", home + "/.cache/huggingface/hub", "of the home", true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{"HF_ENDPOINT", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "HF_TOKEN",
				"HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_IMPLICIT_TOKEN"} {
				t.Setenv(name, c.environment[name])
			}
			t.Setenv("HOME", home)
			if got := ReadSettings(); got != c.want {
				t.Errorf("the settings are %+v, want %+v", got, c.want)
			}
		})
	}
}
