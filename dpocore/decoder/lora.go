package decoder

import "example.com/gonb-dpo/dpocore/decoder/lora"

// LoRA tells which projections have a low-rank adapter, and its size.
type LoRA = lora.Shape

// AllModules are the seven projections of most models, KnownModules those of all.
var AllModules, KnownModules = lora.AllModules, lora.KnownModules

// Modules are the projections of the model's layers that can carry LoRA, in the order in which they are stored.
func (c Config) Modules() (names []string) {
	for g := range Group(groupCount) {
		for _, p := range c.block().Projections(c, g) {
			names = append(names, p.Module())
		}
	}
	return names
}
