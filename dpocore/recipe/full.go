package recipe

import (
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
)

// trains translates the choice between an adapter and all weights. Without the setting LLaMA-Factory trains an adapter, the others all
// weights.
func (t *translation) trains(name, adapter, all string) {
	e, value := t.file.Find(name), t.text(name)
	switch {
	case value == "" && adapter == "lora" && all == "full": // LLaMA-Factory
	case value == "":
		t.set("full", "true", t.tool.Name+" trains all weights without "+name)
	case value == adapter:
		t.say(*e, NoEffect, "a LoRA adapter is trained unless full is given")
	case value == all:
		t.maps(*e, "full", "true")
	case value == "qlora":
		t.say(*e, Missing, "a LoRA adapter is trained, of the model as it is; set quantize to nf4 for a model in 4 bits")
	default:
		t.say(*e, Missing, "a LoRA adapter of the model as it is, or all weights, are trained")
	}
}

// ofAdapter are our settings that full fine-tuning does not have.
var ofAdapter = []string{"lora_r", "lora_alpha", "lora_modules", "use_rslora", "rank_pattern", "alpha_pattern", "layers_to_transform", "lora_dropout", "loraplus_lr_ratio", "adapter_bin"}

// withoutAdapter removes them, and the precision, from a translation to full fine-tuning.
func (t *translation) withoutAdapter() {
	if !t.has("full") {
		return
	}
	why := func(key string) string {
		switch row := config.Settings.Named(key); {
		case row == nil:
		case slices.Contains(ofAdapter, row.Name()):
			return "all weights are trained, so that there is no adapter"
		case row.Name() == "precision":
			return "full fine-tuning is in float32"
		}
		return ""
	}
	t.keys = slices.DeleteFunc(t.keys, func(s setting) bool { return why(s.key) != "" })
	for i, row := range t.Rows {
		if key, _, _ := strings.Cut(row.Text, ": "); row.Kind == Maps && why(key) != "" {
			t.Rows[i].Kind, t.Rows[i].Text = NoEffect, why(key)
		}
	}
}
