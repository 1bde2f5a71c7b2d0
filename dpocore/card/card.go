// Package card writes the model cards of adapters, of models whose weights were all trained, and of merged models: README.md, with the metadata that the Hugging Face hub reads
// (https://huggingface.co/docs/hub/model-cards). Start with [Write].
package card

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/source"
	"example.com/gonb-dpo/dpocore/whole"
	"example.com/gonb-dpo/internal/atomicfile"
)

// File is the name of a card.
const File = run.CardFile

// picture is the figure that a card shows, if it is there.
const picture = "plots/overview.png"

// MergedPicture is the name of the same figure beside the card of a merged model.
const MergedPicture = "overview.png"

//go:embed card.md.tmpl
var text string

var page = template.Must(template.New("card").Funcs(template.FuncMap{"file": dataset.ShortName}).Parse(text))

// Write writes the card of a run's adapter, or of the model that it trained, to its folder, or replaces an earlier one. A README.md that
// someone else wrote stays. For a folder without a run, or without its result yet, it does nothing.
func Write(dir string) error {
	content, err := runCard(dir)
	if err != nil || content == nil {
		return err
	}
	return write(dir, content)
}

// WriteMerged writes the card of a model that a run's adapter is merged into to the folder out, with the run's picture. name is what
// the folder will be called. Without a run in adapterDir it does nothing.
func WriteMerged(out, name, adapterDir string) error {
	if adapterDir == "" {
		return nil
	}
	facts, ok, err := read(adapterDir)
	if err != nil || !ok {
		return err
	}
	facts.Merged, facts.Name = true, name
	if raw, err := os.ReadFile(filepath.Join(adapterDir, picture)); err == nil {
		facts.Picture = MergedPicture
		if err := atomicfile.WriteBytes(filepath.Join(out, facts.Picture), raw); err != nil {
			return err
		}
	}
	content, err := facts.render()
	if err != nil {
		return err
	}
	return write(out, content)
}

func write(dir string, content []byte) error {
	path := filepath.Join(dir, File)
	if earlier, err := os.ReadFile(path); err == nil && !bytes.Contains(earlier, []byte(run.CardMark)) {
		return nil
	}
	return atomicfile.WriteBytes(path, content)
}

func runCard(dir string) ([]byte, error) {
	facts, ok, err := read(dir)
	if err != nil || !ok {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, picture)); err == nil {
		facts.Picture = picture
	}
	return facts.render()
}

// facts is what a card tells.
type facts struct {
	Mark     string
	Name     string // of the folder
	Base     string // of the model, as adapter_config.json names it
	BaseID   string // the same if it is a name on the hub, else ""
	Weights  string // the GGUF file that the base was read from, or ""
	Dataset  string // on the hub, or ""
	Merged   bool
	Picture  string
	Settings []Setting
	Record   run.Record
	Last     *metrics.Evaluation // of the run
	Right    string              // its accuracy with an interval
	Report   *evaluation.Report  // of dpo eval, if there is one
}

// Setting is a setting of a run as readers see it.
type Setting struct{ Name, Value string }

// read collects the facts of a run folder; ok is false if there is no run in it that has an adapter or, if it trains all weights, a
// model.
func read(dir string) (f facts, ok bool, err error) {
	record, ok, err := run.ReadRecord(dir)
	if err != nil || !ok {
		return f, false, err
	}
	result := "adapter_config.json"
	if record.Config.Full {
		result = whole.WeightsFile
	}
	if _, err := os.Stat(filepath.Join(dir, result)); errors.Is(err, os.ErrNotExist) {
		return f, false, nil
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return f, false, err
	}
	base := adapter.Base{Name: record.Model.Path}
	if !record.Config.Full {
		if base, err = adapter.ReadBase(dir); err != nil {
			return f, false, err
		}
	}
	f = facts{Mark: run.CardMark, Name: filepath.Base(absolute), Base: cmp.Or(record.Model.Hub, base.Name), Record: record, Settings: Settings(record)}
	if strings.Count(f.Base, "/") == 1 && !strings.HasPrefix(f.Base, "/") && !strings.HasPrefix(f.Base, ".") {
		f.BaseID = f.Base
	} else {
		f.Base = filepath.Base(f.Base) // a path says nothing elsewhere
	}
	if record.Data != nil {
		f.Dataset = source.Repository(record.Data.Train)
	}
	if strings.HasSuffix(record.Model.Path, ".gguf") {
		f.Weights = filepath.Base(record.Model.Path)
	}
	history, err := metrics.ReadHistory(dir)
	if err != nil {
		return f, false, err
	}
	if n := len(history.Evaluations); n > 0 && record.HeldOut != nil {
		f.Last = &history.Evaluations[n-1]
		if f.Last.FineTuning == nil && !math.IsNaN(f.Last.RewardsAccuracies) {
			f.Right = share(f.Last.RewardsAccuracies, record.HeldOut.Pairs)
		}
	}
	report, measured, err := evaluation.ReadReport(dir)
	if measured && report.Run != "" {
		f.Report = &report
	}
	return f, true, err
}

// Model reports whether the folder is a model and not an adapter.
func (f facts) Model() bool { return f.Merged || f.Record.Config.Full }

// FineTuned reports whether the run is supervised fine-tuning.
func (f facts) FineTuned() bool { return f.Record.Config.FineTuning() }

// What are the things that the run was trained on.
func (f facts) What() string {
	if f.FineTuned() {
		return "answers"
	}
	return "pairs"
}

// Settings lists what the reader of a card looks for first.
func Settings(record run.Record) []Setting {
	c := record.Config
	what := "pairs"
	if c.FineTuning() {
		what = "answers"
	}
	trained := Setting{"LoRA", fmt.Sprintf("rank %d, alpha %g, on %s", c.LoRARank, c.LoRAAlpha, strings.Join(c.LoRA().Modules, ", "))}
	if c.Full {
		trained = Setting{"trained", "all weights"}
	}
	lossType, scalars := c.Loss()
	if len(scalars.Weights) > 0 {
		lossType += fmt.Sprintf(", weights %v", scalars.Weights)
	}
	settings := []Setting{{"loss", lossType}}
	if !c.FineTuning() { // which has no beta
		settings = append(settings, Setting{"beta", fmt.Sprint(c.Beta)})
	}
	settings = append(settings,
		trained,
		Setting{"learning rate", fmt.Sprintf("%g, schedule %s, %d warm-up steps", c.LearningRate, c.Scheduler, c.WarmupSteps)},
		Setting{"steps", fmt.Sprintf("%d of %d %s", c.MaxSteps, c.StepPairs(), what)}, Setting{"maximum length", fmt.Sprintf("%d tokens", c.MaxLength)},
		Setting{"precision", c.Precision}, Setting{"seed", fmt.Sprint(c.Seed)},
	)
	if record.Mix != nil {
		settings = append(settings, Setting{"objectives", record.Mix.String()})
	}
	if record.Fork != nil {
		settings = append(settings, Setting{"forked from", record.Fork.Told()})
	}
	return settings
}

// share is a share of a number of pairs with its 95 % interval.
func share(p float64, n int) string {
	low, high := statistics.Wilson(p, n)
	return fmt.Sprintf("%.2f (95 %% interval %.2f to %.2f)", p, low, high)
}

func (f facts) render() ([]byte, error) {
	var out bytes.Buffer
	err := page.Execute(&out, f)
	return out.Bytes(), err
}
