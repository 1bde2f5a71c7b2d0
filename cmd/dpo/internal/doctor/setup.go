package doctor

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/device/compilecache"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/cachefolder"
	"example.com/gonb-dpo/internal/deps"
)

// examineCache measures the cache of set-up's downloads and builds and of reference log-probabilities.
func examineCache() part {
	p := part{name: "cache"}
	folder, err := cachefolder.Path()
	if err != nil {
		return p.broken(cachefolder.Remedy(err), "none: %v", err)
	}
	bytes, err := folderSize(folder)
	if errors.Is(err, os.ErrNotExist) {
		return p.ok("none yet: %s", folder)
	}
	if err != nil {
		return p.broken("chmod -R u+rwX "+folder, "%v", err)
	}
	return p.ok("%s in %s", size(bytes), folder)
}

// examineCompiled reports whether compiled graphs are kept, and how to remove them.
func examineCompiled() part {
	p := part{name: "compiled graphs"}
	folder, bytes, err := compilecache.State()
	if err != nil {
		return p.broken(cmp.Or(cachefolder.Remedy(err), "check the cache folder"), "none can be kept, so each start compiles them again: %v", err)
	}
	return p.ok("%s of at most %s in %s; to remove them: rm -r %[3]s", size(uint64(bytes)), size(compilecache.MaxSize), folder)
}

// folderSize returns the total size of the regular files in a folder. It does not follow symbolic links.
func folderSize(folder string) (bytes uint64, err error) {
	err = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, os.ErrNotExist) {
			return nil // moved by a concurrent set-up
		}
		if err == nil && info.Mode().IsRegular() {
			bytes += uint64(info.Size())
		}
		return err
	})
	return bytes, err
}

// examineModel checks the installed model: a complete model folder, or a GGUF file.
func examineModel() part {
	p := part{name: "model", needed: true}
	path, err := deps.Model()
	if err != nil {
		return p.missing(setUp, "the default model is not installed; or name another with --model")
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return p.ok("%s, %s", path, size(uint64(info.Size())))
	}
	if _, err := configfile.Read(path); err != nil {
		return p.broken(setUp, "%v", err)
	}
	weights, err := filepath.Glob(filepath.Join(path, "*.safetensors"))
	if err != nil || len(weights) == 0 {
		return p.broken(setUp, "%s has no weights (*.safetensors)", path)
	}
	for _, file := range weights {
		opened, err := safetensors.Open(file)
		if err != nil {
			return p.broken(setUp, "%v", err)
		}
		opened.Close()
	}
	bytes, err := linkedSize(path)
	if err != nil {
		return p.broken(setUp, "%v", err)
	}
	return p.ok("%s, %s", path, size(bytes))
}

// linkedSize is folderSize for a folder that may be a symbolic link.
func linkedSize(path string) (uint64, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return 0, err
	}
	return folderSize(real)
}

// examineTokenizer opens the model's tokenizer and renders a message.
func examineTokenizer() part {
	p := part{name: "tokenizer", needed: true}
	path, err := deps.Model()
	if err != nil {
		return p.missing(setUp, "it is installed with the model")
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		return p.broken(setUp, "%v", err)
	}
	defer tok.Close()
	encoder, err := chat.New(tok)
	if err != nil {
		return p.broken(setUp, "%v", err)
	}
	ids, err := encoder.Prompt(preference.User("Hello"))
	if err != nil {
		return p.broken(setUp, "%v", err)
	}
	return p.ok("vocabulary of %d tokens; the message \"Hello\" has %d with the chat template", tok.VocabSize(), len(ids))
}

// examineLibrary finds the tokenizer library with which this program and notebook cells are linked.
func examineLibrary() part {
	p := part{name: "tokenizer library"}
	path, err := deps.Find("lib/libtokenizers.a")
	if err != nil {
		return p.missing(setUp, "libtokenizers.a is missing; it is needed to build this program and compile cells")
	}
	return p.ok("%s", path)
}

// examineKernel checks the Go kernel registered with this user's Jupyter, and the files that its environment refers to.
func examineKernel() part {
	const notebooks = setUp + " --notebooks"
	p := part{name: "notebook kernel"}
	data := os.Getenv("JUPYTER_DATA_DIR")
	if data == "" {
		data = expandHome("~/.local/share/jupyter")
		if runtime.GOOS == "darwin" {
			data = expandHome("~/Library/Jupyter")
		}
	}
	path := filepath.Join(data, "kernels", "gonb", "kernel.json")
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return p.missing(notebooks, "GoNB is not registered with Jupyter; it is only needed for notebooks")
	}
	var spec struct {
		Argv []string          `json:"argv"`
		Env  map[string]string `json:"env"`
	}
	if err == nil {
		err = json.Unmarshal(raw, &spec)
	}
	if err != nil || len(spec.Argv) == 0 {
		return p.broken(notebooks, "%s is not a valid kernel specification", path)
	}
	library := filepath.Join(strings.TrimPrefix(spec.Env["CGO_LDFLAGS"], "-L"), "libtokenizers.a")
	tools, _, _ := strings.Cut(spec.Env["PATH"], ":")
	for _, file := range []string{spec.Argv[0], filepath.Join(spec.Env["GONB_DPO_CHECKOUT"], "go.mod"), library, filepath.Join(tools, "goimports")} {
		if _, err := os.Stat(file); err != nil {
			return p.broken(notebooks, "%s refers to %s, which does not exist", path, file)
		}
	}
	return p.ok("%s, for the checkout %s", path, spec.Env["GONB_DPO_CHECKOUT"])
}

func examineJupyter() part {
	p := part{name: "JupyterLab"}
	path, err := deps.Find("notebooks/bin/jupyter")
	if err != nil {
		return p.missing(setUp+" --notebooks", "not installed by set-up; it is only needed for notebooks")
	}
	return p.ok("%s", path)
}

// examineHuggingFace reports the cache of Hugging Face's tools and whether there is an access token, without reading it.
func examineHuggingFace() part {
	home := cmp.Or(os.Getenv("HF_HOME"), filepath.Join(cmp.Or(os.Getenv("XDG_CACHE_HOME"), "~/.cache"), "huggingface"))
	hub := expandHome(cmp.Or(os.Getenv("HF_HUB_CACHE"), filepath.Join(home, "hub")))
	token := "no token (public models need none)"
	if file := expandHome(cmp.Or(os.Getenv("HF_TOKEN_PATH"), filepath.Join(home, "token"))); os.Getenv("HF_TOKEN") != "" {
		token = "a token in HF_TOKEN"
	} else if _, err := os.Stat(file); err == nil {
		token = "a token in " + file
	}
	p := part{name: "Hugging Face"}
	bytes, err := folderSize(hub)
	if err != nil {
		return p.ok("no cache in %s; %s", hub, token)
	}
	return p.ok("cache of %s in %s; %s", size(bytes), hub, token)
}

// expandHome replaces a leading ~ with the user's home folder.
func expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(os.Getenv("HOME"), rest)
	}
	return path
}
