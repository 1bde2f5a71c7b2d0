package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/tinymodel"
)

// badInput is a command that must fail, with its exit status and message.
type badInput struct {
	args   string // words in capitals stand for paths in the place
	status int
	says   string // the whole last line of standard error, with paths replaced by words
}

// place is a folder with valid and invalid models, adapters and pairs. Commands of a test refer to them by upper-case words.
type place struct {
	t     *testing.T
	dir   string
	words []string // alternately a word in capitals and its path
}

func newPlace(t *testing.T) *place {
	t.Helper()
	cachetest.Own(t)
	p := &place{t: t, dir: t.TempDir()}
	p.name("MODEL", tinymodel.WriteChat(t, 1))
	p.name("PAIRS", pairsFile(t))
	p.name("OUT", filepath.Join(p.dir, "out"))
	return p
}

func (p *place) name(word, path string) { p.words = append(p.words, word, path) }

// path returns the path of a word.
func (p *place) path(word string) string { return p.replacer(false).Replace(word) }

// replacer replaces words by paths, or paths by words; PLACE is the folder itself.
func (p *place) replacer(back bool) *strings.Replacer {
	list := append(slices.Clone(p.words), "PLACE", p.dir)
	if back {
		for i := 0; i < len(list); i += 2 {
			list[i], list[i+1] = list[i+1], list[i]
		}
	}
	return strings.NewReplacer(list...)
}

// run returns a command with words replaced by paths.
func (p *place) run(args string) *exec.Cmd {
	return dpo(p.t, strings.Fields(p.replacer(false).Replace(args))...)
}

// limited is run with a maximum file size in KiB, beyond which writes fail as on a full disk.
func (p *place) limited(args string, fileSize int) *exec.Cmd {
	cmd := p.run(args)
	limited := exec.Command("bash", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, fileSize)}, cmd.Args...)...)
	limited.Env = cmd.Env
	return limited
}

// fails runs a command that must fail without changing any file.
func (p *place) fails(c badInput) {
	p.t.Helper()
	before := tree(p.t, p.dir)
	p.checkFailure(p.run(c.args), c)
	p.checkSame(c.args, before)
}

func (p *place) checkSame(args, before string) {
	p.t.Helper()
	if after := tree(p.t, p.dir); after != before {
		p.t.Errorf("dpo %s changed the files to\n%sfrom\n%s", args, after, before)
	}
}

// temporary matches the end of a temporary file's name.
var temporary = regexp.MustCompile(`\.\d{6,}\b`)

// checkFailure runs a command and compares its exit status and the last line of standard error. Lines before it may be notes
// and progress.
func (p *place) checkFailure(cmd *exec.Cmd, c badInput) {
	p.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	status := exitStatus(p.t, cmd.Run())
	lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
	last := temporary.ReplaceAllString(p.replacer(true).Replace(lines[len(lines)-1]), ".N")
	if status != c.status || last != "dpo: "+c.says {
		p.t.Errorf("dpo %s\nhas exit status %d and prints\n%s\nwant %d and\ndpo: %s", c.args, status, last, c.status, c.says)
	}
	if stdout.Len() > 0 {
		p.t.Errorf("dpo %s writes results: %s", c.args, stdout.String())
	}
	for _, trace := range []string{"panic", "goroutine", ".go:"} {
		if strings.Contains(stderr.String(), trace) {
			p.t.Errorf("dpo %s shows %q: %s", c.args, trace, stderr.String())
		}
	}
}

// tree lists the files in a folder with their hashes.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var list strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			fmt.Fprintln(&list, path)
			return err
		}
		content, err := os.ReadFile(path)
		if entry.Name() == ".lock" { // the PID of the last process that locked it
			content = nil
		}
		fmt.Fprintf(&list, "%s %x\n", path, sha256.Sum256(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}

// spoiled makes a copy of the model in which one file is changed.
func (p *place) spoiled(word, file string, spoil func(content []byte) []byte) {
	p.t.Helper()
	dir := filepath.Join(p.dir, strings.ToLower(word))
	if err := os.CopyFS(dir, os.DirFS(p.path("MODEL"))); err != nil {
		p.t.Fatal(err)
	}
	path := filepath.Join(dir, file)
	content, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(path, spoil(content))
	p.name(word, dir)
}

func (p *place) write(path string, content []byte) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// swapped returns a change that replaces one text, which must exist, by another.
func (p *place) swapped(from, to string) func([]byte) []byte {
	return func(content []byte) []byte {
		if !bytes.Contains(content, []byte(from)) {
			p.t.Fatalf("the text to replace, %s, is missing", from)
		}
		return bytes.Replace(content, []byte(from), []byte(to), 1)
	}
}

// adapter writes an adapter of zeros for a model of the given width.
func (p *place) adapter(word string, hidden, rank int) {
	p.t.Helper()
	config := tinymodel.Config()
	config.HiddenSize = hidden
	layout, err := decoder.NewLayout(config, decoder.LoRA{Rank: rank, Alpha: 8, Modules: decoder.AllModules})
	if err != nil {
		p.t.Fatal(err)
	}
	dir := filepath.Join(p.dir, strings.ToLower(word))
	if err := adapter.Write(dir, layout, make([]float32, layout.Size), adapter.Options{BaseModel: "tiny"}); err != nil {
		p.t.Fatal(err)
	}
	p.name(word, dir)
}

// TestBadModels: every command that reads a model reports damaged files, and writes nothing.
func TestBadModels(t *testing.T) {
	p := newPlace(t)
	const weights = "model.safetensors"
	p.spoiled("SHORTENED", weights, func(content []byte) []byte { return content[:len(content)/2] })
	p.spoiled("HEADLESS", weights, func(content []byte) []byte {
		binary.LittleEndian.PutUint64(content, 1<<60)
		return content
	})
	p.spoiled("TRANSPOSED", weights, p.swapped(`"shape":[128,64]`, `"shape":[64,128]`))
	p.spoiled("LACKING", weights, p.swapped(`"model.norm.weight"`, `"model.morn.weight"`))
	p.spoiled("MIXTRAL", "config.json", p.swapped(`"model_type": "llama"`, `"model_type": "mixtral"`))
	path, err := deps.GGUF()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for word, size := range map[string]int{"GGUFHEAD": 1000, "GGUFDATA": 8 << 20} {
		p.name(word, filepath.Join(p.dir, strings.ToLower(word)+".gguf"))
		p.write(p.path(word), content[:size])
	}
	p.adapter("ADAPTER", 64, 2)
	_, unknown := family.Find("mixtral")
	header := `read the header of SHORTENED/model.safetensors: tensor "model.embed_tokens.weight": bytes 0 to 1048576 of 671328 do not hold shape [4096 64] of type F32; the file is damaged or not a safetensors file`
	for _, c := range []badInput{
		{"train --data PAIRS --out OUT --model SHORTENED", 1, "train: read the model: " + header},
		{"generate --prompt hi --model SHORTENED", 1, "load the model: " + header},
		{"eval --data PAIRS --model SHORTENED", 1, "evaluate: load the model: " + header},
		{"merge --out OUT --adapter ADAPTER --model SHORTENED", 1, "merge: read the model: " + header},
		{"train --data PAIRS --out OUT --model HEADLESS", 1, "train: read the model: read the header of HEADLESS/model.safetensors: it names a header of 1152921504606846976 bytes in a file of 1346880; the file is damaged or not a safetensors file"},
		{"train --data PAIRS --out OUT --model TRANSPOSED", 1, `train: load the model: TRANSPOSED: tensor "model.layers.0.mlp.gate_proj.weight" has shape [64 128] where config.json makes it [128 64]`},
		{"merge --out OUT --adapter ADAPTER --model TRANSPOSED", 1, `merge: load the model: TRANSPOSED: tensor "model.layers.0.mlp.gate_proj.weight" has shape [64 128] where config.json makes it [128 64]`},
		{"train --data PAIRS --out OUT --model LACKING", 1, `train: load the model: LACKING has no tensor "model.norm.weight"`},
		{"train --data PAIRS --out OUT --model MIXTRAL", 1, "train: read the model: read MIXTRAL/config.json: " + unknown.Error()},
		{"train --data PAIRS --out OUT --model GGUFHEAD", 1, "open the model: open tokenizer of GGUFHEAD: it is neither a model folder nor a readable GGUF file: GGUFHEAD: the header of the file is damaged, or it is no GGUF file: it announces 20 bytes where 18 are left"},
		{"train --data PAIRS --out OUT --model GGUFDATA", 1, `open the model: open tokenizer of GGUFDATA: it is neither a model folder nor a readable GGUF file: GGUFDATA: tensor "token_embd.weight" takes bytes 0 to 30081024 of 6602944; the file is cut short or damaged`},
	} {
		p.fails(c)
	}
}

func TestBadAdapters(t *testing.T) {
	p := newPlace(t)
	p.adapter("WIDER", 96, 2)
	p.adapter("EMPTIED", 64, 2)
	if err := os.Remove(filepath.Join(p.path("EMPTIED"), "adapter_model.safetensors")); err != nil {
		t.Fatal(err)
	}
	shape := "the adapter WIDER has base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight in shape [2 96] where this model needs [2 64]; it belongs to another model"
	for _, c := range []badInput{
		{"train --data PAIRS --out OUT --init-adapter WIDER --model MODEL", 1, "train: " + shape},
		{"generate --prompt hi --adapter WIDER --model MODEL", 1, shape},
		{"eval --data PAIRS --adapter WIDER --model MODEL", 1, "evaluate: " + shape},
		{"merge --out OUT --adapter WIDER --model MODEL", 1, "merge: " + shape},
		{"train --data PAIRS --out OUT --init-adapter EMPTIED --model MODEL", 1, "train: the adapter EMPTIED has no adapter_model.safetensors; copy that file too"},
		{"generate --prompt hi --adapter EMPTIED --model MODEL", 1, "the adapter EMPTIED has no adapter_model.safetensors; copy that file too"},
		{"merge --out OUT --adapter EMPTIED --model MODEL", 1, "merge: the adapter EMPTIED has no adapter_model.safetensors; copy that file too"},
		{"eval --data PAIRS --adapter PAIRS --model MODEL", 1, "evaluate: PAIRS is a file, not an adapter folder; name the folder with adapter_config.json"},
	} {
		p.fails(c)
	}
}
