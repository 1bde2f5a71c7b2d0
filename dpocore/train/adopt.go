package train

import (
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights"
)

// adopt gives the run the LoRA settings of its first adapter, which decide, so that they are what is recorded and shown. A note
// says so if others were configured.
func (p *plan) adopt(dir string, note func(string)) error {
	model, err := weights.ConfigOf(p.model.Path)
	if err != nil {
		return err
	}
	layout, _, err := adapter.Load(dir, model)
	if err != nil {
		return err
	}
	lora, configured := layout.LoRA, p.config.LoRA()
	if slices.Equal(configured.Modules, decoder.AllModules) {
		configured.Modules = model.Modules()
	}
	if !lora.Equal(configured) {
		note(fmt.Sprintf("The adapter %s has rank %d, alpha %g and %s; the run uses these.", dir, lora.Rank, lora.Alpha, strings.Join(lora.Modules, ", ")))
	}
	p.config.SetLoRA(lora, model.Modules())
	return nil
}
