// Package trained is what a run trains: an adapter, a new one or that of a folder, or all weights of the model. Start with [First].
package trained

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/dpocore/whole"
)

// Adopt gives a run the LoRA settings of its first adapter, which decide, so that they are what is recorded and shown. A note
// says so if others were configured.
func Adopt(c *config.Config, m *model.Model, note func(string)) error {
	of, err := weights.ConfigOf(m.Path)
	if err != nil {
		return err
	}
	layout, _, err := adapter.Load(c.InitAdapter, of)
	if err != nil {
		return err
	}
	lora, configured := layout.LoRA, c.LoRA()
	if slices.Equal(configured.Modules, decoder.AllModules) {
		configured.Modules = of.Modules()
	}
	if !lora.Equal(configured) {
		note(fmt.Sprintf("The adapter %s has rank %d, alpha %g and %s; the run uses these.", c.InitAdapter, lora.Rank, lora.Alpha, strings.Join(lora.Modules, ", ")))
	}
	c.SetLoRA(lora, of.Modules())
	uneven, err := adapter.Uneven(c.InitAdapter, of)
	if uneven {
		note(fmt.Sprintf("The adapter %s has other ranks or alphas in some layers. It is trained with rank %d in all of them, and its factors B take up the difference in scale, so that these layers learn at another pace than with PEFT.", c.InitAdapter, lora.Rank))
	}
	return err
}

// Prompts returns how a run writes conversations: as configured or, if nothing is, as the run of the adapter that it starts from, at
// the run's own date.
func Prompts(c config.Config) (config.Prompts, error) {
	prompts := c.Prompts()
	if c.InitAdapter == "" || !prompts.AsModel() {
		return prompts, nil
	}
	record, _, err := run.ReadRecord(c.InitAdapter)
	return record.Config.Prompts().Undated().With(prompts), err
}

// PromptNote says that a run writes conversations as the run of its first adapter did, if they were not configured.
func PromptNote(configured, used config.Config) []string {
	if used.InitAdapter == "" || !configured.Prompts().AsModel() || used.Prompts().AsModel() {
		return nil
	}
	return []string{fmt.Sprintf("Prompts are written as in the run of the adapter %s, with its chat template, template arguments and system prompt.", used.InitAdapter)}
}

// Check refuses to train an adapter, or all weights of a model, that does not fit into the memory, before the model is loaded. All weights
// of a quantized model can't be trained.
func Check(c config.Config, m *model.Model) error {
	if c.Full && weights.Quantized(m.Path) {
		original := ""
		if name := m.BaseName(); !filepath.IsAbs(name) {
			original = ", " + name
		}
		return fmt.Errorf("the weights of %s are quantized, and only an adapter can be trained on such; leave out full, or name the model that they were made from%s", m.Path, original)
	}
	of, err := weights.ConfigOf(m.Path)
	if err != nil {
		return err
	}
	backend, err := device.Open()
	if err != nil {
		return err
	}
	if !c.Full {
		layout, err := decoder.NewLayout(of, c.LoRA())
		if err != nil {
			return err
		}
		return demand.FreeOn(backend).CheckAdapter(c.LoRARank, layout.Size)
	}
	return demand.FreeOn(backend).CheckWhole(m.Path, of.Parameters())
}

// First is what a run begins with. Without values all weights are trained, and begin as the model's.
func First(c config.Config, m *model.Model) (layout decoder.Layout, values []float32, err error) {
	switch {
	case c.Full:
		return decoder.WholeLayout(m.Weights().Config), nil, nil
	case c.InitAdapter != "":
		return m.ReadAdapter(c.InitAdapter)
	}
	if layout, err = decoder.NewLayout(m.Weights().Config, c.LoRA()); err != nil {
		return layout, nil, err
	}
	return layout, layout.Init(uint64(c.Seed)), nil
}

// Values is how many values a run's adapter has on an opened model, or 0 if it can't be trained.
func Values(c config.Config, m *model.Model) int {
	layout, err := decoder.NewLayout(m.Weights().Config, c.LoRA())
	if err != nil {
		return 0
	}
	return layout.Size
}

// Write writes what PEFT or, if all weights are trained, transformers loads to the folder of a run or, without adapter_model.bin, of a
// checkpoint.
func Write(dir string, c config.Config, m *model.Model, layout decoder.Layout, values []float32, checkpoint bool) error {
	if !layout.Whole() {
		return adapter.Write(dir, layout, values, adapter.Options{BaseModel: m.BaseName(), Dropout: c.LoRADropout, Bin: c.AdapterBin && !checkpoint})
	}
	ends, err := m.Ends()
	if err != nil {
		return err
	}
	of := m.Weights().Config
	generation, err := configfile.Generation(m.Path, of, ends, m.Tokenizer.Pad())
	if err != nil {
		return err
	}
	if err := whole.Write(dir, of, values, generation); err != nil {
		return err
	}
	return m.Tokenizer.WriteFiles(dir)
}
