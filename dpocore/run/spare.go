package run

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/dpocore/whole"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/place"
	"example.com/gonb-dpo/internal/sums"
)

// spares returns an error if overwriting the run in a folder would delete what the new run is made from, or anything that no run
// has written.
func (r Record) spares(dir string) error {
	inputs := []struct{ what, path string }{{"model", r.Model.Path}, {"initial adapter", r.Config.InitAdapter}, {"reference", r.Config.ReferenceModel()}}
	if r.Data != nil {
		for _, name := range []string{r.Data.Train, r.Data.HeldOut} {
			for _, path := range append(strings.FieldsFunc(name, func(c rune) bool { return strings.ContainsRune(",=:", c) }), name) {
				inputs = append(inputs, struct{ what, path string }{"file of pairs", path})
			}
		}
	}
	for _, input := range inputs {
		if input.path != "" && place.Holds(dir, input.path) {
			return fmt.Errorf("overwriting %s would delete the %s %s, which the new run is made from; choose another folder", dir, input.what, input.path)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read the run folder: %w", err)
	}
	for _, entry := range entries {
		if !ofRun(dir, entry.Name()) {
			return fmt.Errorf("overwriting %s would also delete %s in it, which no run has written; move it, or choose another folder", dir, entry.Name())
		}
	}
	return nil
}

// FinalFiles are the files of a finished run that nothing changes later.
var FinalFiles = []string{"adapter_config.json", "adapter_model.safetensors", "adapter_model.bin", whole.ConfigFile, whole.WeightsFile, configfile.GenerationFile, "tokenizer.json", "tokenizer_config.json",
	"special_tokens_map.json", "chat_template.jinja", TrainerStateFile, metrics.StepsFile, metrics.EvaluationsFile,
	evaluation.PairsFile, PromptsFile}

// written lists what is written to a run's folder: by training, evaluations, comparisons and plots.
var written = append([]string{RecordFile, LockFile, sums.Name, "answers.json", "tokens.json", "measured.json", metrics.EventsFile, "plots", evaluation.ReportFile}, FinalFiles...)

// A run's model card, and the line in it which its owner removes to keep changes.
const (
	CardFile = "README.md"
	CardMark = "<!-- written by dpo; remove this line to keep your changes -->"
)

// ofRun reports whether a name in a run's folder is of a file that the program or the system writes there.
func ofRun(dir, name string) bool {
	if name == CardFile {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		return err == nil && bytes.Contains(raw, []byte(CardMark))
	}
	system := []string{".DS_Store", ".ipynb_checkpoints", "Thumbs.db"}
	step := strings.TrimPrefix(name, checkpoints.Prefix)
	return slices.Contains(written, name) || slices.Contains(system, name) || step != name && strings.Trim(step, "0123456789") == "" ||
		strings.HasPrefix(name, ".nfs") || strings.HasPrefix(name, "._")
}
