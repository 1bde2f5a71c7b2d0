package recipe

import (
	"fmt"
	"slices"
	"strconv"

	"example.com/gonb-dpo/dpocore/config"
)

// llamaFactory has the settings of LLaMA-Factory's files for DPO, with the defaults of version 0.9.6.dev0.
var llamaFactory = Tool{
	Name:  "LLaMA-Factory",
	marks: []string{"stage", "finetuning_type", "pref_beta", "cutoff_len"},
	fields: slices.Concat(training, []field{
		{name: "learning_rate", to: "learning_rate", std: "5e-5"},
		{name: "per_device_train_batch_size", to: "per_device_train_batch_size", std: "8"},
		{name: "lr_scheduler_type", to: "lr_scheduler_type", std: "linear"},
		{name: "model_name_or_path", to: "model_name_or_path"},
		{name: "adapter_name_or_path", to: "init_adapter"},
		{name: "lora_rank", to: "lora_r", std: "8"},
		{name: "pref_beta", to: "beta", std: "0.1"},
		{name: "pref_ftx", to: "sft_weight"},
		{name: "kto_chosen_weight", to: "desirable_weight"},
		{name: "kto_rejected_weight", to: "undesirable_weight"},
		{name: "dpo_label_smoothing", to: "label_smoothing"},
		{name: "cutoff_len", to: "max_length", std: "2048"},
		{name: "default_system", to: "system"},
		{name: "eval_dataset", kind: Missing, why: "the file of held-out pairs is eval_data"},
		{name: "use_dora", off: []string{"false"}, kind: Missing, why: "the adapter is plain LoRA"},
		{name: "pissa_init", off: []string{"false"}, kind: Missing, why: "B begins at zero"},
		{name: "loraplus_lr_ratio", to: "loraplus_lr_ratio"},
		{name: "quantization_bit", kind: Missing, why: "set quantize, or name a quantized model"},
		{name: "ref_model", to: "reference"},
		{name: "max_samples", kind: Missing, why: "all pairs are read; write a shorter file"},
		{name: "use_galore", off: []string{"false"}, kind: Missing, why: "the optimizer is AdamW"},
		{name: "use_badam", off: []string{"false"}, kind: Missing, why: "the optimizer is AdamW"},
		{name: "additional_target", kind: Missing, why: "only the adapter is trained"},
		{name: "rope_scaling", kind: Missing, why: "positions are those of the model"},
		{name: "pref_bco_weight", off: []string{"0", "0.0"}, kind: Missing, why: "write the loss as sigmoid,bco_pair with loss_weights"},
		{name: "ld_alpha", to: "ld_alpha", kind: Missing, why: "the loss counts all tokens of the longer answer"},
		{name: "ref_model_adapters", kind: Missing, why: "the reference is the model that training starts from"},
		{name: "ref_model_quantization_bit", kind: Missing, why: "the reference has the weights of the model"},
		{name: "simpo_gamma", to: "simpo_gamma", kind: NoEffect, why: "it is of the loss simpo"},
	},
		idle("the chat template is the model's, or the file that chat_template_path names", "template"),
		idle(loading, "overwrite_cache", "preprocessing_num_workers", "packing", "neat_packing", "dataset_dir", "preprocessing_batch_size", "streaming", "tokenized_path", "use_fast_tokenizer"),
		idle(compiled, "flash_attn", "enable_liger_kernel", "use_unsloth", "upcast_layernorm", "upcast_lmhead_output"),
		idle("embeddings have no LoRA here", "loraplus_lr_embedding"),
		idle(logged, "plot_loss", "include_effective_tokens_per_second", "use_swanlab"),
		idle(memory, "disable_gradient_checkpointing"),
		whole("dataset", "finetuning_type", "lora_alpha", "lora_dropout", "lora_target", "pref_loss", "stage", "val_size", "enable_thinking"),
	),
	whole: func(t *translation) {
		if t.file.Find("stage") == nil {
			t.lacks("stage", "sft", "LLaMA-Factory's default; dpo train trains with DPO, and dpo sft on single answers")
		}
		t.with("stage", func(e Entry, text string) {
			switch text {
			case "dpo":
				t.say(e, NoEffect, "this is what is done here")
			case "kto":
				t.maps(e, "loss_type", text)
			default:
				t.say(e, Missing, "dpo train learns from preferences, with DPO or KTO")
			}
		})
		if t.text("stage") == "kto" {
			t.with("pref_loss", func(e Entry, _ string) { t.say(e, NoEffect, "the loss of the stage kto is KTO's") })
		} else {
			t.losses("pref_loss", "")
		}
		t.set("loss_type", "sigmoid", "LLaMA-Factory's default")
		t.schedulerSettings()
		t.lengths("3.0", ofTransformers)
		t.precision()
		t.dropout("lora_dropout")
		t.trains("finetuning_type", "lora", "full")
		t.target("lora_target", "all")
		t.alpha()
		t.heldOutShare("val_size")
		t.referenceOfAdapter()
		t.with("enable_thinking", func(e Entry, text string) {
			if text == "" || text == "true" {
				t.say(e, NoEffect, "it is the default of templates that think")
				return
			}
			t.maps(e, "template_arg", "enable_thinking="+text)
		})
		t.with("dataset", func(e Entry, text string) {
			t.say(e, Missing, "it is a name in LLaMA-Factory's dataset_info.json; write the file, or the dataset on the hub, as dataset_name")
		})
	},
}

// referenceOfAdapter writes the reference of a run that starts from an adapter: there it is the model without it.
func (t *translation) referenceOfAdapter() {
	free := slices.Contains([]string{"simpo", "orpo"}, t.text("pref_loss")) && t.text("stage") != "kto"
	if t.text("adapter_name_or_path") != "" && t.text("ref_model") == "" && !free {
		t.set("reference", config.ReferenceBase, "LLaMA-Factory's: the model without the adapter")
	}
}

// alpha translates LoRA's alpha, which is twice the rank by default.
func (t *translation) alpha() {
	t.with("lora_alpha", func(e Entry, text string) {
		if text != "" {
			t.maps(e, "lora_alpha", text)
		}
	})
	rank := 8
	if n, err := strconv.Atoi(t.text("lora_rank")); err == nil {
		rank = n
	}
	t.set("lora_alpha", fmt.Sprint(2*rank), "LLaMA-Factory's default: twice the rank")
}

// target translates the projections with LoRA; all is the tool's name for all of them.
func (t *translation) target(name, all string) {
	t.with(name, func(e Entry, text string) {
		if text == all {
			text = "all-linear"
		}
		if text != "" {
			t.maps(e, "lora_target_modules", text)
		}
	})
	t.set("lora_target_modules", "all-linear", t.tool.Name+"'s default")
}

// heldOutShare translates the share of pairs to hold out.
func (t *translation) heldOutShare(name string) {
	t.with(name, func(e Entry, text string) {
		share, err := strconv.ParseFloat(text, 64)
		switch {
		case text == "" || err == nil && share == 0:
			t.say(e, NoEffect, "nothing is held out")
		case err == nil && share < 1:
			t.maps(e, "eval_fraction", text)
		default:
			t.say(e, Missing, "eval_fraction is a share of the pairs, not a number")
		}
	})
}
