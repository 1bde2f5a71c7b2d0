package gonbext

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// explained says what each file of a run's or a merged model's folder is for.
var explained = []struct{ pattern, words string }{
	{"adapter_model.safetensors", "what was learned: the LoRA adapter's weights"},
	{"adapter_model.bin", "the same in PyTorch's older format"},
	{"adapter_config.json", "the adapter's rank, alpha and base model, for PEFT"},
	{"model.safetensors", "all weights of the model"},
	{"model-*.safetensors", "a part of the model's weights"},
	{"model.safetensors.index.json", "which part holds which weight"},
	{"config.json", "the model's architecture"},
	{"generation_config.json", "how the model writes answers if nothing else is said"},
	{"tokenizer.json", "how text becomes tokens"},
	{"tokenizer_config.json", "the tokenizer's settings"},
	{"special_tokens_map.json", "the names of the control tokens"},
	{"chat_template.jinja", "how a conversation becomes one text"},
	{"run.json", "what the run was made of: settings, model, data, version"},
	{"metrics.jsonl", "the figures of every step, under TRL's names"},
	{"eval_metrics.jsonl", "the figures of every evaluation on held-out pairs"},
	{"eval_pairs.jsonl", "the held-out pairs one by one, at the last evaluation"},
	{"evaluation.json", "what Evaluate and Fluency have measured"},
	{"measured.json", "the held-out pairs one by one, as a sweep compares them"},
	{"sweep.json", "what a sweep's grid is, and how its runs compare"},
	{"trainer_state.json", "the same history as Hugging Face's Trainer writes it"},
	{"answers.json", "the answers that Compare has shown"},
	{"dpo_merge.json", "which adapter was merged into which model"},
	{"SHA256SUMS", "the sums by which a damaged file is found"},
	{"checkpoint-*", "all that is needed to go on from this step"},
	{"plots", "the pictures, as PNG and SVG"},
}

// Files lists what a run, or a merge, has left in its folder, with a line on each.
func Files(dir string) {
	cell(func(context.Context) error {
		t, err := fileTable(dir)
		if err != nil {
			return err
		}
		show(t)
		return nil
	})
}

func fileTable(dir string) (table, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return table{}, fmt.Errorf("there is no folder %q; run the cell that makes it first, or check the name", dir)
	}
	t := table{caption: dir, columns: []string{"file", "size", "what it is"}}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		size, err := sizeOf(filepath.Join(dir, entry.Name()))
		if err != nil {
			return table{}, fmt.Errorf("list the files of %s: %w", dir, err)
		}
		name := entry.Name()
		if entry.IsDir() {
			name += "/"
		}
		t.rows = append(t.rows, []string{name, bytesText(size), explain(entry.Name())})
	}
	return t, nil
}

func explain(name string) string {
	for _, e := range explained {
		if ok, _ := filepath.Match(e.pattern, name); ok { // the patterns are sound
			return e.words
		}
	}
	return ""
}

// sizeOf adds up a file, or all files of a folder.
func sizeOf(path string) (total int64, err error) {
	err = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

func bytesText(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
}
