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
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/tinymodel"
)

// badInput is a command that must fail.
type badInput struct {
	args   string // words in capitals stand for what the place holds
	status int
	says   string // the last line of standard error, whole, in the same words
}

// place is a folder with models, adapters and pairs, good and bad, for the commands of a test.
type place struct {
	t     *testing.T
	dir   string
	words []string // each word in capitals, and the path that it stands for
}

func newPlace(t *testing.T) *place {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	p := &place{t: t, dir: t.TempDir()}
	p.name("MODEL", tinymodel.WriteChat(t, 1))
	p.name("PAIRS", pairsFile(t))
	p.name("OUT", filepath.Join(p.dir, "out"))
	return p
}

func (p *place) name(word, path string) { p.words = append(p.words, word, path) }

// path is what a word stands for.
func (p *place) path(word string) string { return p.replacer(false).Replace(word) }

// replacer puts paths for words, or words for paths.
func (p *place) replacer(back bool) *strings.Replacer {
	list := make([]string, len(p.words))
	for i := 0; i < len(list); i += 2 {
		list[i], list[i+1] = p.words[i], p.words[i+1]
		if back {
			list[i], list[i+1] = p.words[i+1], p.words[i]
		}
	}
	return strings.NewReplacer(list...)
}

// run is a command with paths for words, or through bash with a limit on the length of a file where one is given.
func (p *place) run(args string, fileBlocks int) *exec.Cmd {
	cmd := dpo(p.t, strings.Fields(p.replacer(false).Replace(args))...)
	if fileBlocks > 0 {
		limited := exec.Command("bash", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, fileBlocks)}, cmd.Args...)...)
		limited.Env = cmd.Env
		return limited
	}
	return cmd
}

// fails runs a command and says where its exit status, its last line on standard error or what it leaves behind is not
// as it should be. What was written before the last line are notes and the progress of a run that had begun.
func (p *place) fails(c badInput, fileBlocks int) {
	p.t.Helper()
	before := tree(p.t, p.dir)
	cmd := p.run(c.args, fileBlocks)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	status := exitStatus(p.t, cmd.Run())
	lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
	last := p.replacer(true).Replace(lines[len(lines)-1])
	if status != c.status || last != "dpo: "+c.says {
		p.t.Errorf("dpo %s\nends with %d and\n%s\nwant %d and\ndpo: %s", c.args, status, last, c.status, c.says)
	}
	if stdout.Len() > 0 {
		p.t.Errorf("dpo %s writes results: %s", c.args, stdout.String())
	}
	for _, trace := range []string{"panic", "goroutine", ".go:"} {
		if strings.Contains(stderr.String(), trace) {
			p.t.Errorf("dpo %s shows %q: %s", c.args, trace, stderr.String())
		}
	}
	if after := tree(p.t, p.dir); after != before {
		p.t.Errorf("dpo %s leaves\n%swhere there was\n%s", c.args, after, before)
	}
}

// tree lists all that is in a folder, with the hash of each file.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var list strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			fmt.Fprintln(&list, path)
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&list, "%s %x\n", path, sha256.Sum256(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}

// spoiled is a copy of the model in which a file has other content.
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

// swapped puts one text for another, which must be there.
func (p *place) swapped(from, to string) func([]byte) []byte {
	return func(content []byte) []byte {
		if !bytes.Contains(content, []byte(from)) {
			p.t.Fatalf("there is no %s to replace", from)
		}
		return bytes.Replace(content, []byte(from), []byte(to), 1)
	}
}

// adapter writes an adapter of zeros for a model of the given width.
func (p *place) adapter(word string, hidden, rank int) {
	p.t.Helper()
	config := tinymodel.Config()
	config.HiddenSize = hidden
	layout, err := llama.NewLayout(config, llama.LoRA{Rank: rank, Alpha: 8, Modules: llama.AllModules})
	if err != nil {
		p.t.Fatal(err)
	}
	dir := filepath.Join(p.dir, strings.ToLower(word))
	if err := export.WriteAdapter(dir, layout, make([]float32, layout.Size), "tiny", false); err != nil {
		p.t.Fatal(err)
	}
	p.name(word, dir)
}

// TestBadModels: what is wrong with a model's files is said by every command that reads them, and nothing is written.
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
	p.spoiled("MISTRAL", "config.json", p.swapped(`"model_type": "llama"`, `"model_type": "mistral"`))
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
	for _, c := range []struct{ word, phase, says string }{
		{"SHORTENED", "load the model", `read the header of SHORTENED/model.safetensors: tensor "model.embed_tokens.weight": bytes 0 to 12582912 of 6438476 do not hold shape [49152 64] of type F32; the file is damaged or not a safetensors file`},
		{"HEADLESS", "", ""},
		{"TRANSPOSED", "", ""},
		{"LACKING", "", ""},
		{"MISTRAL", "", ""},
		{"GGUFHEAD", "", ""},
		{"GGUFDATA", "", ""},
	} {
		for _, command := range []string{"train --data PAIRS --out OUT", "generate --prompt hi", "eval --data PAIRS", "merge --out OUT --adapter ADAPTER"} {
			p.fails(badInput{command + " --model " + c.word, 1, c.says}, 0)
		}
	}
}

func TestBadAdapters(t *testing.T) {
	p := newPlace(t)
	p.adapter("WIDER", 96, 2)
	p.adapter("ADAPTER", 64, 2)
	p.adapter("EMPTIED", 64, 2)
	if err := os.Remove(filepath.Join(p.path("EMPTIED"), "adapter_model.safetensors")); err != nil {
		t.Fatal(err)
	}
	p.adapter("SHORTENED", 64, 2)
	if err := os.Truncate(filepath.Join(p.path("SHORTENED"), "adapter_model.safetensors"), 1<<14); err != nil {
		t.Fatal(err)
	}
	for _, c := range []badInput{
		{"WIDER", 1, ""},
		{"EMPTIED", 1, ""},
		{"SHORTENED", 1, ""},
		{"PAIRS", 1, ""},
	} {
		for _, command := range []string{"train --data PAIRS --out OUT --init-adapter", "generate --prompt hi --adapter", "eval --data PAIRS --adapter", "merge --out OUT --adapter"} {
			p.fails(badInput{command + " " + c.args + " --model MODEL", c.status, c.says}, 0)
		}
	}
}

func TestBadValues(t *testing.T) {
	p := newPlace(t)
	p.adapter("ADAPTER", 64, 2)
	p.name("EQUAL", filepath.Join(p.dir, "equal.jsonl"))
	p.write(p.path("EQUAL"), []byte(`{"prompt": "Same?", "chosen": "Yes.", "rejected": "Yes."}`+"\n"))
	p.name("BROKEN", filepath.Join(p.dir, "broken.jsonl"))
	p.write(p.path("BROKEN"), []byte(`{"prompt": "Same?", "chosen": "Yes.", "rejected": 3}`+"\n"))
	p.name("LONG", filepath.Join(p.dir, "long.jsonl"))
	p.write(p.path("LONG"), fmt.Appendf(nil, `{"prompt": %q, "chosen": "Yes.", "rejected": "No."}`+"\n", strings.Repeat("word ", 600)))
	for _, c := range []badInput{
		{"train --beta 0", 2, ""},
		{"train --beta -0.1", 2, ""},
		{"train --beta NaN", 2, ""},
		{"train --lora-r 0", 2, ""},
		{"train --lora-alpha 0", 2, ""},
		{"train --batch-size 0", 2, ""},
		{"train --max-length 4", 2, ""},
		{"train --max-steps 0", 2, ""},
		{"train --learning-rate 0", 2, ""},
		{"train --learning-rate Inf", 2, ""},
		{"train --loss-type sigmiod", 2, ""},
		{"train --loss-type dpo", 2, ""},
		{"train --loss-type robust", 2, ""},
		{"train --label-smoothing 0.7", 2, ""},
		{"train --lr-scheduler polynomial", 2, ""},
		{"train --lora-modules q_proj,qkv_proj", 2, ""},
		{"train --lora-modules=", 2, ""},
		{"train --precision bfloat16", 2, ""},
		{"train --precision float16", 1, ""},
		{"train --early-stopping 3", 1, ""},
		{"train --early-stopping 3 --eval-steps 0", 2, ""},
		{"train --resume --overwrite", 2, ""},
		{"train --eval-data PAIRS --eval-fraction 0.5", 2, ""},
		{"train --eval-fraction 1", 2, ""},
		{"train --beta 0 --batch-size 0", 2, ""},
		{"train --data EQUAL", 3, ""},
		{"train --data BROKEN", 3, ""},
		{"train --data LONG", 3, ""},
		{"train --data MODEL", 3, ""},
		{"train --eval-data EQUAL", 3, ""},
		{"train --eval-data LONG", 3, ""},
		{"train --max-steps 100000000000", 2, ""},
		{"train --lora-r 100000", 1, ""},
		{"train --learning-rate 1e30 --warmup-steps 0", 1, ""},
	} {
		if !strings.Contains(c.args, "--data") {
			c.args += " --data PAIRS"
		}
		p.fails(badInput{c.args + " --model MODEL --out OUT", c.status, c.says}, 0)
	}
	for _, c := range []badInput{
		{"eval --data EQUAL --model MODEL", 3, ""},
		{"eval --data BROKEN --model MODEL", 3, ""},
		{"eval --data LONG --model MODEL", 3, ""},
		{"eval --data PAIRS --model MODEL --max-length 4", 2, ""},
		{"eval --data PAIRS --model MODEL --max-length 0", 2, ""},
		{"eval --data PAIRS --model MODEL --max-length -7", 2, ""},
		{"eval --data PAIRS --model MODEL --per-pair PAIRS/figures.jsonl", 1, ""},
		{"generate --model MODEL", 2, ""},
		{"generate --model MODEL --prompt hi --n 0", 2, ""},
		{"generate --model MODEL --prompt hi --temperature NaN", 2, ""},
		{"generate --model MODEL --prompt hi --max-new-tokens 0", 2, ""},
		{"generate --model MODEL --prompt hi --max-new-tokens 99999", 1, ""},
		{"merge --model MODEL --adapter ADAPTER --out OUT --dtype int8", 2, ""},
		{"merge --model MODEL --adapter ADAPTER --out PAIRS", 1, ""},
		{"merge --model MODEL --adapter ADAPTER --out PAIRS/merged", 1, ""},
		{"merge --model MODEL --adapter ADAPTER --out MODEL", 1, ""},
	} {
		p.fails(c, 0)
	}
}
