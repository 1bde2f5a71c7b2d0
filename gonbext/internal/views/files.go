package views

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/internal/wording"
)

// filePurposes describes the files in the folder of a run or a merged model.
var filePurposes = []struct{ pattern, purpose string }{
	{"adapter_model.safetensors", "what was learned: the LoRA adapter's weights"},
	{"adapter_model.bin", "the same in PyTorch's older format"},
	{"adapter_config.json", "the adapter's rank, alpha and base model, for PEFT"},
	{"model.safetensors", "all weights of the model"},
	{"model-*.safetensors", "a part of the model's weights"},
	{"model.safetensors.index.json", "the file that contains each weight"},
	{"config.json", "the model's architecture"},
	{"generation_config.json", "the defaults for generating answers"},
	{"tokenizer.json", "how text becomes tokens"},
	{"tokenizer_config.json", "the tokenizer's settings"},
	{"special_tokens_map.json", "the names of the control tokens"},
	{"chat_template.jinja", "how a conversation becomes one text"},
	{"trained_prompts.txt", "hashes of the training prompts: an evaluation tells which pairs were trained on"},
	{"run.json", "the run's settings, model, data and version"},
	{"metrics.jsonl", "the metrics of every step, under TRL's names"},
	{"eval_metrics.jsonl", "the metrics of every evaluation on held-out pairs"},
	{"eval_pairs.jsonl", "the last evaluation, per held-out pair"},
	{"evaluation.json", "the results of Evaluate and Fluency"},
	{"README.md", "the model card, for the Hugging Face hub"},
	{"measured.json", "the held-out pairs' results that a sweep compares"},
	{"measured-*.json", "the held-out pairs' results at a step at which halving compares runs"},
	{"sweep.json", "a sweep's grid, and the comparison of its runs"},
	{"events.out.tfevents.*", "the metrics once more, for TensorBoard"},
	{"trainer_state.json", "the same history in the format of Hugging Face's Trainer"},
	{"answers.json", "the answers that Compare has shown"},
	{"tokens.json", "the pairs that Inspect has shown first, for Report"},
	{"dpo_merge.json", "the adapter and the model that were merged"},
	{"SHA256SUMS", "checksums that detect a damaged file"},
	{"checkpoint-*", "everything needed to resume from this step"},
	{"plots", "the figures, as PNG and SVG"},
}

// Files is a table of the files in the folder of a run or a merged model.
func Files(dir string) (output.Table, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return output.Table{}, fmt.Errorf("there is no folder %q; run the cell that creates it first, or check the name", dir)
	}
	t := output.Table{Caption: dir, Columns: []string{"file", "size", "purpose"}}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		size, err := sizeOf(filepath.Join(dir, entry.Name()))
		if err != nil {
			return output.Table{}, fmt.Errorf("list the files of %s: %w", dir, err)
		}
		name := entry.Name()
		if entry.IsDir() {
			name += "/"
		}
		t.Add(name, wording.Bytes(size), purpose(entry.Name()))
	}
	return t, nil
}

func purpose(name string) string {
	for _, f := range filePurposes {
		if ok, _ := filepath.Match(f.pattern, name); ok { // the patterns are valid
			return f.purpose
		}
	}
	return ""
}

// sizeOf is the size of a file, or the total size of the files in a folder, in bytes.
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
