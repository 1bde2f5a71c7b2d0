package recipe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/loss"
)

// Why settings have no effect here.
const (
	logged    = "every step is logged in the run folder"
	local     = "a run uploads nothing; dpo push does"
	machine   = "one process uses all devices of the machine"
	memory    = "what is recomputed or kept follows from the memory that there is"
	measuring = "all held-out pairs are measured, packed into rows"
	loading   = "pairs are read and tokenized once, and packed into rows"
	resuming  = "checkpoints have all that a run needs to resume to the same bytes"
	compiled  = "graphs are always compiled"
	onlySync  = "it is of sync_ref_model"
	onlyBest  = "it is of load_best_model_at_end"
)

// idle returns rows of settings without effect for one reason.
func idle(why string, names ...string) (rows []field) {
	for _, name := range names {
		rows = append(rows, field{name: name, why: why, kind: NoEffect})
	}
	return rows
}

// lacking returns a row of a setting that is missing here, unless it has one of the values that mean what is done.
func lacking(name, why string, off ...string) field {
	return field{name: name, why: why, kind: Missing, off: off}
}

// whole returns rows that a tool's function translates.
func whole(names ...string) (rows []field) {
	for _, name := range names {
		rows = append(rows, field{name: name, take: true})
	}
	return rows
}

// training are the settings of transformers' TrainingArguments, which the three tools have in common, but for those that have the
// same name here.
var training = slices.Concat(
	idle(logged, "logging_dir", "logging_strategy", "logging_steps", "logging_first_step", "log_on_each_node", "logging_nan_inf_filter", "include_num_input_tokens_seen",
		"log_level", "log_level_replica", "disable_tqdm", "run_name", "project", "trackio_space_id", "trackio_bucket_id", "trackio_static_space_id", "debug", "skip_memory_metrics"),
	idle(local, "push_to_hub", "hub_token", "hub_private_repo", "hub_model_id", "hub_strategy", "hub_always_push", "hub_revision"),
	idle(machine, "local_rank", "accelerator_config", "parallelism_config", "ddp_find_unused_parameters", "ddp_bucket_cap_mb", "ddp_broadcast_buffers", "ddp_static_graph", "ddp_backend",
		"ddp_timeout", "fsdp", "fsdp_config", "deepspeed", "average_tokens_across_devices", "use_cpu"),
	idle(memory, "activation_checkpointing", "activation_checkpointing_kwargs", "gradient_checkpointing", "gradient_checkpointing_kwargs", "activation_offloading", "torch_empty_cache_steps",
		"auto_find_batch_size", "use_cache"),
	idle(compiled, "torch_compile", "torch_compile_backend", "torch_compile_mode", "use_liger_kernel", "liger_kernel_config", "attn_implementation", "tf32", "full_determinism"),
	idle(measuring, "per_device_eval_batch_size", "prediction_loss_only", "eval_do_concat_batches", "eval_use_gather_object", "eval_accumulation_steps", "include_for_metrics", "batch_eval_metrics",
		"bf16_full_eval", "fp16_full_eval"),
	idle(loading, "dataloader_num_workers", "dataloader_pin_memory", "dataloader_persistent_workers", "dataloader_prefetch_factor", "dataloader_multiprocessing_context", "dataloader_in_order",
		"remove_unused_columns", "label_names", "length_column_name", "dataset_num_proc", "padding_free", "pad_to_multiple_of", "pad_token", "precompute_ref_log_probs", "precompute_ref_batch_size",
		"dataset_streaming", "ignore_bias_buffers"),
	idle("no code of a model or a dataset is run", "trust_remote_code"),
	idle(resuming, "save_only_model", "save_on_each_node", "enable_jit_checkpoint", "ignore_data_skip", "restore_callback_states_from_checkpoint", "save_safetensors"),
	idle("dpo train trains; dpo eval measures", "do_train", "do_eval", "do_predict"),
	idle(onlyBest, "metric_for_best_model", "greater_is_better"),
	idle("the loss of DPO does not use it", "label_smoothing_factor"),
	[]field{
		{name: "output_dir", to: "output_dir"},
		{name: "seed", to: "seed", std: "42"},
		{name: "weight_decay", to: "weight_decay", std: "0.0"},
		{name: "max_grad_norm", to: "max_grad_norm", std: "1.0"},
		{name: "gradient_accumulation_steps", to: "gradient_accumulation_steps", std: "1"},
		{name: "overwrite_output_dir", kind: NoEffect, why: "add --overwrite to the command to delete an earlier run"},
		{name: "resume_from_checkpoint", kind: NoEffect, why: "add --resume to the command to continue a run"},
		{name: "optim", off: adamW, kind: Missing, why: "the optimizer is AdamW"},
		{name: "eval_delay", off: []string{"0", "0.0"}, kind: Missing, why: "evaluations begin with the first interval"},
		lacking("optim_args", "AdamW has only weight_decay, adam_beta1, adam_beta2 and adam_epsilon"),
		lacking("optim_target_modules", "the optimizer is AdamW"),
		lacking("neftune_noise_alpha", "training adds no noise to embeddings", "0"),
		lacking("data_seed", "the order of the pairs follows from seed", "42"),
		lacking("dataloader_drop_last", "the last, smaller step of an epoch is trained too", "false"),
		lacking("load_best_model_at_end", "the best checkpoint is used only with early_stopping", "false"),
		lacking("group_by_length", "the order of the pairs is random", "false"),
	},
	whole("max_steps", "num_train_epochs", "warmup_steps", "warmup_ratio", "lr_scheduler_kwargs", "eval_strategy", "evaluation_strategy", "eval_steps", "save_strategy", "save_steps",
		"save_total_limit", "report_to", "bf16", "fp16", "pure_bf16"),
)

var adamW = []string{"adamw_torch", "adamw_torch_fused", "adamw_hf", "adamw", "adamw_apex_fused", "paged_adamw_32bit"}

// intervals is when a run is evaluated and saved if the file does not say.
type intervals struct{ eval, save, saveSteps string }

// ofTransformers are the defaults of transformers.
var ofTransformers = intervals{"no", "steps", "500"}

// lengths translates how long a run is, and how often it is evaluated and saved; epochs and std are the tool's defaults.
func (t *translation) lengths(epochs string, std intervals) {
	t.with("max_steps", func(e Entry, text string) {
		if n, err := strconv.ParseFloat(text, 64); text == "" || err == nil && n <= 0 {
			t.say(e, NoEffect, "the epochs count")
		} else {
			t.maps(e, "max_steps", text)
		}
	})
	if t.file.Find("num_train_epochs") != nil {
		t.with("num_train_epochs", func(e Entry, text string) { t.maps(e, "num_train_epochs", text) })
	} else if !t.has("max_steps") && !t.has("num_train_epochs") {
		t.set("num_train_epochs", epochs, t.tool.Name+"'s default")
	}
	t.warmUp()
	t.interval("eval", std.eval, "")
	t.interval("save", std.save, std.saveSteps)
	t.reports()
	t.with("save_total_limit", func(e Entry, text string) {
		if text == "" {
			t.say(e, NoEffect, "all checkpoints are kept there, here the latest 2 and the best one")
			return
		}
		t.maps(e, "save_total_limit", text)
	})
}

// reports translates where metrics are reported to. The other places read TensorBoard's file.
func (t *translation) reports() {
	t.with("report_to", func(e Entry, text string) {
		places := strings.Split(text, ",")
		switch {
		case text == "" || text == config.NoReport:
			t.say(e, NoEffect, logged)
		case slices.Contains(places, config.TensorBoard) || slices.Contains(places, "all"):
			t.maps(e, "report_to", config.TensorBoard)
		default:
			t.say(e, NoEffect, logged+"; with report_to: tensorboard there is also a file that "+text+" can import")
		}
	})
}

// warmUp translates the warm-up, which is a share of the run if it is below 1.
func (t *translation) warmUp() {
	for _, name := range []string{"warmup_steps", "warmup_ratio"} {
		t.with(name, func(e Entry, text string) {
			switch share, err := strconv.ParseFloat(text, 64); {
			case text == "":
				t.say(e, NoEffect, "not set")
			case err == nil && share > 0 && share < 1:
				t.maps(e, "warmup_ratio", text)
			case err == nil && share == 0:
				t.say(e, NoEffect, "there is no warm-up")
			default:
				t.maps(e, "warmup_steps", text)
			}
		})
	}
	if !t.has("warmup_ratio") {
		t.set("warmup_steps", "0", t.tool.Name+"'s default")
	}
}

// interval translates when a run is evaluated or saved.
func (t *translation) interval(what, strategy, steps string) {
	for _, name := range []string{what + "_strategy", "evaluation_strategy"} {
		if what == "save" && name == "evaluation_strategy" {
			continue
		}
		t.with(name, func(e Entry, text string) {
			if strategy = text; strategy == "best" {
				t.say(e, Missing, "checkpoints are written at intervals; the best one is kept as well")
				strategy = "steps"
				return
			}
			t.say(e, Maps, what+"_steps")
		})
	}
	t.with(what+"_steps", func(e Entry, text string) {
		steps = text
		if strategy == "steps" {
			t.say(e, Maps, what+"_steps: "+text)
		} else {
			t.say(e, NoEffect, fmt.Sprintf("%s_strategy is %q", what, strategy))
		}
	})
	switch strategy {
	case "no", "false":
		t.set(what+"_steps", "0", "at the end only")
	case "epoch":
		t.set(what+"_steps", "epoch", "")
	default:
		if steps == "" {
			steps = "10" // as often as it logs
		}
		t.set(what+"_steps", steps, "")
	}
}

// precision translates the switches of half precision. The tools train in bfloat16 by default; here it is chosen by the device.
func (t *translation) precision() {
	for name, precision := range map[string]string{"bf16": "bfloat16", "pure_bf16": "bfloat16", "fp16": "float16"} {
		t.with(name, func(e Entry, text string) {
			if text == "true" {
				t.maps(e, "precision", precision)
			} else {
				t.say(e, NoEffect, "the precision is chosen by the device, or by precision")
			}
		})
	}
}

// schedulerSettings translates the settings of a learning-rate schedule.
func (t *translation) schedulerSettings() {
	e := t.file.Find("lr_scheduler_kwargs")
	if e == nil {
		return
	}
	if e.IsNull() || len(e.node.Content) == 0 {
		t.say(*e, NoEffect, "not set")
		return
	}
	for i := 0; i+1 < len(e.node.Content); i += 2 {
		name, value := e.node.Content[i].Value, e.node.Content[i+1].Value
		one := Entry{"lr_scheduler_kwargs." + name, e.node.Content[i].Line, e.node.Content[i+1]}
		switch name {
		case "min_lr_rate", "min_lr_ratio":
			t.maps(one, "min_lr_rate", value)
		case "num_decay_steps":
			t.maps(one, name, value)
		default:
			t.say(one, Missing, "of a schedule only min_lr_rate and num_decay_steps can be set")
		}
	}
}

// losses translates a loss, or several with their weights.
func (t *translation) losses(name, weights string) {
	e := t.file.Find(name)
	if e == nil || e.IsNull() {
		return
	}
	text, _ := e.Text()
	if err := loss.Check(text); err != nil {
		t.say(*e, Missing, err.Error())
		return
	}
	t.maps(*e, "loss_type", text)
	t.with(weights, func(e Entry, text string) {
		if text == "" {
			t.say(e, NoEffect, "not set")
			return
		}
		t.maps(e, "loss_weights", text)
	})
}
