package card_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
)

// folder is a finished run on HH-RLHF with one evaluation.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "polite")
	if err := os.MkdirAll(filepath.Join(dir, "plots"), 0o755); err != nil {
		t.Fatal(err)
	}
	adapterConfig := `{"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct", "r": 16, "lora_alpha": 16, "target_modules": ["q_proj"]}`
	for name, content := range map[string]string{"adapter_config.json": adapterConfig, "plots/overview.png": "a picture"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	log, err := metrics.OpenLog(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if err := log.Evaluation(metrics.Evaluation{Step: 50, PairMeans: metrics.PairMeans{Loss: 0.642, RewardsAccuracies: 0.8, RewardsMargins: 0.11}}); err != nil {
		t.Fatal(err)
	}
	record := run.Record{Config: config.Default(), Train: run.DataFacts{Source: "hh-rlhf/harmless-base", Pairs: 800, Tokens: "abc"},
		HeldOut: &run.DataFacts{Source: "hh-rlhf/harmless-base", Pairs: 60}, Data: &dataset.Origin{Train: "hh-rlhf/harmless-base"}, Backend: "XLA on the CPU", Finished: true}
	if err := record.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, dir string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, card.File))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func requireAll(t *testing.T, content string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(content, want) {
			t.Errorf("the card lacks %q:\n%s", want, content)
		}
	}
}

func TestAdapter(t *testing.T) {
	dir := folder(t)
	if err := card.Write(dir); err != nil {
		t.Fatal(err)
	}
	content := read(t, dir)
	if !strings.HasPrefix(content, "---\nbase_model: HuggingFaceTB/SmolLM2-135M-Instruct\nlibrary_name: peft\npipeline_tag: text-generation\ndatasets:\n- Anthropic/hh-rlhf\ntags:\n- dpo\n") {
		t.Errorf("the metadata is wrong:\n%s", content)
	}
	requireAll(t, content, "# polite", "800 pairs of hh-rlhf/harmless-base", "](plots/overview.png)", "| beta | 0.1 |", "rank 16, alpha 16, on q_proj, k_proj",
		"loss 0.642", "0.80 (95 % interval 0.68 to 0.88)", `PeftModel.from_pretrained(base, "polite")`, "Not measured:")
}

// A card tells of a later evaluation; one that its owner has taken over stays.
func TestRewritten(t *testing.T) {
	dir := folder(t)
	if err := card.Write(dir); err != nil {
		t.Fatal(err)
	}
	report := evaluation.Report{Run: dir, Data: "new.jsonl", Pairs: 40}
	report.Accuracy = statistics.Estimate{Value: 0.75, Low: 0.6, High: 0.9}
	if err := report.Write(dir); err != nil {
		t.Fatal(err)
	}
	if err := card.Write(dir); err != nil {
		t.Fatal(err)
	}
	content := read(t, dir)
	requireAll(t, content, "On 40 pairs of new.jsonl", "| 0.75 | 0.60 to 0.90 |")
	own := strings.ReplaceAll(content, run.CardMark, "My model.")
	if err := os.WriteFile(filepath.Join(dir, card.File), []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := card.Write(dir); err != nil || read(t, dir) != own {
		t.Errorf("the owner's card is replaced, or %v", err)
	}
}

func TestMerged(t *testing.T) {
	dir, out := folder(t), t.TempDir()
	if err := card.WriteMerged(out, "polite-merged", dir); err != nil {
		t.Fatal(err)
	}
	content := read(t, out)
	requireAll(t, content, "library_name: transformers", "](overview.png)", `AutoModelForCausalLM.from_pretrained("polite-merged")`)
	if strings.Contains(content, "- lora") || strings.Contains(content, "PeftModel") {
		t.Errorf("the card is that of an adapter:\n%s", content)
	}
	if _, err := os.Stat(filepath.Join(out, card.MergedPicture)); err != nil {
		t.Error(err)
	}
}

// A run that trained all weights is a model, without an adapter.
func TestAllWeights(t *testing.T) {
	dir := folder(t)
	record, _, err := run.ReadRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	record.Config.Full, record.Model.Path = true, "/models/tiny-llama"
	err = errors.Join(record.Write(dir), os.Rename(filepath.Join(dir, "adapter_config.json"), filepath.Join(dir, "model.safetensors")), card.Write(dir))
	if err != nil {
		t.Fatal(err)
	}
	content := read(t, dir)
	requireAll(t, content, "library_name: transformers", "tiny-llama with all its weights trained on preference pairs with", "| trained | all weights |",
		`AutoModelForCausalLM.from_pretrained("polite")`, "dpo export --model polite --gguf")
	if strings.Contains(content, "LoRA") || strings.Contains(content, "lora") || strings.Contains(content, "base_model") {
		t.Errorf("the card is that of an adapter:\n%s", content)
	}
}

// A run that has not finished has no adapter to tell of.
func TestUnfinished(t *testing.T) {
	dir := folder(t)
	record, _, err := run.ReadRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	record.Finished = false
	if err := errors.Join(record.Write(dir), os.Remove(filepath.Join(dir, "adapter_config.json")), card.Write(dir)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, card.File)); err == nil {
		t.Error("an unfinished run has a card")
	}
}

func TestNoRun(t *testing.T) {
	dir := t.TempDir()
	if err := card.Write(dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, card.File)); err == nil {
		t.Error("a folder without a run has a card")
	}
}

// A run of fine-tuning has no pairs and no rewards.
func TestCardOfFineTuning(t *testing.T) {
	dir := folder(t)
	record, _, err := run.ReadRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	record.Config.LossType = "sft"
	if err := record.Write(dir); err != nil {
		t.Fatal(err)
	}
	line := `{"step": 50, "epoch": 1, "eval_loss": 1.234, "eval_mean_token_accuracy": 0.56, "eval_runtime": 1}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, metrics.EvaluationsFile), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := card.Write(dir); err != nil {
		t.Fatal(err)
	}
	content := read(t, dir)
	requireAll(t, content, "- sft", "single answers with\nsupervised fine-tuning", "800 answers of", "loss 1.234 nats per token, and 0.56 of their tokens")
	if strings.Contains(content, "beta") {
		t.Errorf("the card names a beta:\n%s", content)
	}
	if strings.Contains(content, "pairs") || strings.Contains(content, "- dpo\n") {
		t.Errorf("the card speaks of pairs:\n%s", content)
	}
}

// TestObjectives: the settings of a mix name its objectives with their shares.
func TestObjectives(t *testing.T) {
	mix, err := dataset.ParseMix("helpfulness=3,truthfulness=1")
	if err != nil {
		t.Fatal(err)
	}
	want := card.Setting{Name: "objectives", Value: "helpfulness 75 %, truthfulness 25 %, by sampling"}
	if got := card.Settings(run.Record{Config: config.Default(), Mix: mix}); !slices.Contains(got, want) {
		t.Errorf("got %v", got)
	}
}
