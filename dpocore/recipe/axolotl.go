package recipe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/gonb-dpo/dpocore/config"
)

// axolotl has the settings of axolotl's files for DPO, with the defaults of version 0.18.0, and some of earlier versions.
var axolotl = Tool{
	Name:  "axolotl",
	marks: []string{"base_model", "micro_batch_size", "sequence_len", "lora_target_linear"},
	fields: slices.Concat(training, []field{
		{name: "base_model", to: "model_name_or_path"},
		{name: "learning_rate", to: "learning_rate"},
		{name: "micro_batch_size", to: "per_device_train_batch_size", std: "1"},
		{name: "lr_scheduler", to: "lr_scheduler_type", std: "cosine"},
		{name: "lora_r", to: "lora_r"},
		{name: "lora_alpha", to: "lora_alpha"},
		{name: "lora_model_dir", to: "init_adapter"},
		{name: "peft_use_rslora", to: "use_rslora"},
		{name: "sequence_len", to: "max_length", std: "512"},
		{name: "rl_beta", to: "beta"},
		{name: "dpo_beta", to: "beta"},
		{name: "orpo_alpha", to: "beta"},
		{name: "beta", to: "beta", std: "0.1"},
		{name: "dpo_label_smoothing", to: "label_smoothing"},
		{name: "kto_desirable_weight", to: "desirable_weight"},
		{name: "kto_undesirable_weight", to: "undesirable_weight"},
		{name: "rpo_alpha", to: "sft_weight"},
		{name: "early_stopping_patience", to: "early_stopping"},
		{name: "dpo_use_weighting", to: "use_weighting", off: []string{"false"}, kind: Missing, why: "pairs are weighted by their column weight only"},
		{name: "optimizer", off: adamW, kind: Missing, why: "the optimizer is AdamW"},
		{name: "load_in_8bit", off: []string{"false"}, kind: Missing, why: "set quantize to q8_0, or name a quantized model"},
		{name: "load_in_4bit", off: []string{"false"}, kind: Missing, why: "set quantize to nf4, or name a quantized model"},
		{name: "chat_template", off: []string{"tokenizer_default", "jinja"}, kind: Missing, why: "the chat template is the model's, or the file that chat_template_path names"},
		{name: "chat_template_jinja", to: "chat_template"},
		{name: "default_system_message", to: "system"},
		{name: "peft_use_dora", off: []string{"false"}, kind: Missing, why: "the adapter is plain LoRA"},
		{name: "loraplus_lr_ratio", to: "loraplus_lr_ratio"},
		{name: "lora_modules_to_save", kind: Missing, why: "only the adapter is trained"},
		{name: "peft_layers_to_transform", to: "layers_to_transform"},
		{name: "special_tokens", kind: NoEffect, why: "control tokens are the model's"},
		{name: "test_datasets", kind: Missing, why: "the file of held-out pairs is eval_data"},
	},
		idle("the type of a model is in its files", "model_type", "tokenizer_type", "is_llama_derived_model", "tokenizer_config", "base_model_config"),
		idle(loading, "dataset_prepared_path", "dataset_processes", "sample_packing", "eval_sample_packing", "pad_to_sequence_len", "shuffle_merged_datasets", "skip_prepare_dataset"),
		idle("embeddings have no LoRA here", "loraplus_lr_embedding"),
		idle(logged, "wandb_project", "wandb_entity", "wandb_watch", "wandb_name", "wandb_run_id", "wandb_log_model", "mlflow_tracking_uri", "mlflow_experiment_name"),
		idle(compiled, "flash_attention", "xformers_attention", "sdp_attention", "flash_optimum", "s2_attention", "plugins", "liger_rope", "liger_rms_norm", "lora_mlp_kernel", "lora_qkv_kernel", "lora_o_kernel"),
		idle("the loss is on the answers", "train_on_inputs", "roles_to_train", "train_on_eos"),
		idle("it has no effect on training", "strict", "auto_resume_from_checkpoints", "eval_table_size", "eval_max_new_tokens", "dataset_keep_in_memory", "float16", "bfloat16"),
		whole("rl", "cpo_alpha", "dpo_loss_type", "dpo_loss_weights", "use_tensorboard", "datasets", "adapter", "lora_dropout", "lora_target_modules", "lora_target_linear", "num_epochs", "evals_per_epoch", "saves_per_epoch",
			"val_set_size"),
	),
	whole: func(t *translation) {
		t.with("rl", func(e Entry, text string) {
			switch text {
			case "dpo":
				t.say(e, NoEffect, "this is what is done here")
			case "ipo", "kto", "orpo":
				t.maps(e, "loss_type", text)
			case "simpo":
				t.maps(e, "loss_type", text)
				t.with("cpo_alpha", func(e Entry, text string) { t.maps(e, "sft_weight", text) })
				t.set("sft_weight", "1.0", "axolotl's default, TRL's cpo_alpha")
			default:
				t.say(e, Missing, "dpo train trains with DPO and its variants")
			}
		})
		if t.text("rl") != "simpo" {
			t.with("cpo_alpha", func(e Entry, _ string) { t.say(e, NoEffect, "it is of rl: simpo") })
		}
		t.losses("dpo_loss_type", "dpo_loss_weights")
		t.set("loss_type", "sigmoid", "axolotl's default")
		t.with("num_epochs", func(e Entry, text string) { t.maps(e, "num_train_epochs", text) })
		t.perEpoch("eval")
		t.perEpoch("save")
		if t.file.Find("warmup_steps") == nil && t.file.Find("warmup_ratio") == nil {
			t.set("warmup_ratio", "0.03", "axolotl's default, there at most 100 steps")
		}
		t.schedulerSettings()
		t.lengths("1.0", t.axolotlIntervals())
		t.set("save_total_limit", "4", "axolotl's default")
		t.precision()
		t.dropout("lora_dropout")
		t.trains("adapter", "lora", "")
		t.linear()
		t.with("use_tensorboard", func(e Entry, text string) {
			if text == "true" {
				t.maps(e, "report_to", config.TensorBoard)
				return
			}
			t.say(e, NoEffect, logged)
		})
		t.heldOutShare("val_set_size")
		t.datasets()
	},
}

// axolotlIntervals are axolotl's defaults: steps if their number is given, and otherwise no evaluation, and a checkpoint after each epoch.
func (t *translation) axolotlIntervals() intervals {
	std := intervals{"no", "epoch", ""}
	if t.text("eval_steps") != "" {
		std.eval = "steps"
	}
	if t.text("save_steps") != "" {
		std.save = "steps"
	}
	return std
}

// perEpoch translates a number of evaluations or checkpoints per epoch to a share of the run.
func (t *translation) perEpoch(what string) {
	t.with(what+"s_per_epoch", func(e Entry, text string) {
		n, err := strconv.ParseFloat(text, 64)
		epochs, epochsErr := strconv.ParseFloat(t.text("num_epochs"), 64)
		if epochsErr != nil {
			epochs = 1
		}
		switch {
		case err == nil && n == 0:
			t.maps(e, what+"_steps", "0")
		case err == nil && n == 1:
			t.maps(e, what+"_steps", "epoch")
		case err == nil && n*epochs > 1:
			t.maps(e, what+"_steps", strconv.FormatFloat(1/(n*epochs), 'g', 6, 64))
		default:
			t.say(e, Missing, "it is no number")
		}
	})
}

// linear translates the projections with LoRA.
func (t *translation) linear() {
	t.with("lora_target_linear", func(e Entry, text string) {
		if text == "true" {
			t.maps(e, "lora_target_modules", "all-linear")
			return
		}
		t.say(e, NoEffect, "lora_target_modules counts")
	})
	t.with("lora_target_modules", func(e Entry, text string) {
		if text != "" && !t.has("lora_target_modules") {
			t.maps(e, "lora_target_modules", text)
		} else {
			t.say(e, NoEffect, "lora_target_linear has all of them, or it is not set")
		}
	})
}

// datasets translates a list with one dataset.
func (t *translation) datasets() {
	e := t.file.Find("datasets")
	if e == nil {
		return
	}
	if e.node.Kind != yaml.SequenceNode || len(e.node.Content) != 1 {
		t.say(*e, Missing, fmt.Sprintf("%d datasets are joined there; write them as a mix in dataset_name, as in a:FILE=1,b:owner/name=1", len(e.node.Content)))
		return
	}
	var one struct {
		Path, Name, Split, Revision string
		Files                       yaml.Node `yaml:"data_files"`
	}
	if err := e.node.Content[0].Decode(&one); err != nil || one.Path == "" {
		t.say(*e, Missing, "it has no path that can be read; write dataset_name")
		return
	}
	name := one.Path
	switch {
	case one.Files.Kind == yaml.ScalarNode:
		name = one.Files.Value
	case one.Files.Kind == yaml.SequenceNode && len(one.Files.Content) == 1:
		name = one.Files.Content[0].Value
	case strings.Count(name, "/") == 1 && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "/") && !strings.Contains(name, ".json"):
		for _, part := range [][2]string{{":", one.Name}, {"@", one.Revision}, {"/", one.Split}} {
			if part[1] != "" {
				name += part[0] + part[1]
			}
		}
	}
	t.set("dataset_name", name, "")
	t.say(*e, Maps, "dataset_name: "+name+"; what its columns are is recognized")
}
