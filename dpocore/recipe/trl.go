package recipe

import "slices"

// trl has the settings of TRL 1.16: DPOConfig, ModelConfig and ScriptArguments, and some of earlier versions. The losses' settings that
// have the same name here are found in the table of settings.
var trl = Tool{
	Name: "TRL",
	fields: slices.Concat(training, []field{
		{name: "learning_rate", to: "learning_rate", std: "1e-6"},
		{name: "per_device_train_batch_size", to: "per_device_train_batch_size", std: "8"},
		{name: "lr_scheduler_type", to: "lr_scheduler_type", std: "linear"},
		{name: "beta", to: "beta", std: "0.1"},
		{name: "max_length", to: "max_length", std: "1024"},
		{name: "model_name_or_path", to: "model_name_or_path"},
		{name: "lora_r", to: "lora_r", std: "16"},
		{name: "lora_alpha", to: "lora_alpha", std: "32"},
		{name: "lora_target_modules", to: "lora_target_modules", std: "q_proj,v_proj"},
		{name: "rpo_alpha", to: "sft_weight"},
		{name: "ld_alpha", to: "ld_alpha", kind: Missing, why: "the loss counts all tokens of the longer answer"},
		{name: "f_divergence_type", to: "f_divergence_type", off: []string{"reverse_kl"}, kind: Missing, why: "the loss is of the reverse KL divergence"},
		{name: "f_alpha_divergence_coef", to: "f_alpha_divergence_coef", kind: NoEffect, why: "it is of f_divergence_type alpha_divergence"},
		{name: "use_weighting", to: "use_weighting", off: []string{"false"}, kind: Missing, why: "pairs are weighted by their column weight only"},
		{name: "discopop_tau", to: "discopop_tau", off: []string{"0.05"}, kind: Missing, why: "it is always 0.05"},
		{name: "sync_ref_model", to: "sync_ref_model", off: []string{"false"}, kind: Missing, why: "the reference stays as it is; dpo rounds --reference previous renews it between rounds"},
		{name: "truncation_mode", off: []string{"keep_start"}, kind: Missing, why: "the ends of long answers are cut off"},
		{name: "use_dora", off: []string{"false"}, kind: Missing, why: "the adapter is plain LoRA"},
		{name: "load_in_8bit", off: []string{"false"}, kind: Missing, why: "set quantize to q8_0, or name a quantized model"},
		{name: "load_in_4bit", off: []string{"false"}, kind: Missing, why: "set quantize to nf4, or name a quantized model"},
		{name: "lora_task_type", off: []string{"causal_lm"}, kind: Missing, why: "models of language are trained"},
		lacking("lora_target_parameters", "LoRA is on projections only"),
		lacking("lora_modules_to_save", "only the adapter is trained"),
		lacking("router_aux_loss_coef", "models with experts are not trained"),
		lacking("max_prompt_length", "max_length is for prompt and answer together"),
		lacking("max_completion_length", "max_length is for prompt and answer together"),
		lacking("reference_free", "the loss has a reference", "false"),
		lacking("model_init_kwargs", "the model is opened as it is"),
		lacking("torch_dtype", "see precision", "float32", "auto", "bfloat16"),
	},
		idle("it says how a 4-bit model is made", "bnb_4bit_quant_type", "use_bnb_nested_quant", "bnb_4bit_quant_storage"),
		idle("answers are sampled by dpo compare", "generate_during_eval"),
		idle(onlySync, "ref_model_mixup_alpha", "ref_model_sync_steps"),
		whole("loss_type", "loss_weights", "lora_dropout", "disable_dropout", "use_peft", "model_revision", "dtype", "train_sampling_strategy",
			"dataset_name", "dataset_config", "dataset_train_split", "dataset_test_split"),
	),
	whole: func(t *translation) {
		t.losses("loss_type", "loss_weights")
		t.set("loss_type", "sigmoid", "TRL's default")
		t.schedulerSettings()
		t.lengths("3.0", ofTransformers)
		t.precision()
		t.with("dtype", func(e Entry, text string) {
			t.say(e, NoEffect, "the precision is chosen by the device, or by precision")
		})
		t.dropout("lora_dropout")
		t.trains("use_peft", "true", "false")
		t.revision("model_revision")
		t.hubData()
		t.with("train_sampling_strategy", func(e Entry, text string) {
			if text == "sequential" || text == "random" {
				t.maps(e, "shuffle", map[string]string{"sequential": "false", "random": "true"}[text])
				return
			}
			t.say(e, Missing, "the order of the pairs is random, or that of the file")
		})
	},
}

// dropout translates the dropout of the adapter, which the trainers turn off together with the model's unless disable_dropout is false.
func (t *translation) dropout(name string) {
	off := t.text("disable_dropout") != "false"
	t.with("disable_dropout", func(e Entry, _ string) {
		if off {
			t.say(e, NoEffect, "this is what is done here")
		} else {
			t.say(e, Maps, "lora_dropout; the model itself is run without dropout")
		}
	})
	e := t.file.Find(name)
	switch {
	case e != nil && off:
		t.say(*e, NoEffect, t.tool.Name+" trains with DPO without dropout, the adapter's too; write lora_dropout for it")
	case e != nil && t.text(name) != "":
		t.maps(*e, "lora_dropout", t.text(name))
	case e != nil:
		t.say(*e, NoEffect, "not set")
	case !off:
		t.set("lora_dropout", "0.05", t.tool.Name+"'s default")
	}
}

// revision adds a revision to the model's name on the hub.
func (t *translation) revision(name string) {
	t.with(name, func(e Entry, text string) {
		for i := range t.keys {
			if t.keys[i].key == "model_name_or_path" && text != "" && text != "main" {
				t.keys[i].value += "@" + text
				t.say(e, Maps, "model_name_or_path: "+t.keys[i].value)
				return
			}
		}
		t.say(e, NoEffect, "it is the default")
	})
}

// hubData joins the parts of a dataset's name.
func (t *translation) hubData() {
	name := t.text("dataset_name")
	for _, part := range []string{"dataset_name", "dataset_config", "dataset_train_split", "dataset_test_split"} {
		t.with(part, func(e Entry, text string) {
			if name == "" {
				t.say(e, Missing, "the data has no name; write dataset_name")
				return
			}
			t.say(e, Maps, map[bool]string{true: "eval_data", false: "dataset_name"}[part == "dataset_test_split"])
		})
	}
	if name == "" {
		return
	}
	if config := t.text("dataset_config"); config != "" {
		name += ":" + config
	}
	train, test := t.text("dataset_train_split"), t.text("dataset_test_split")
	if train == "" {
		train = "train"
	}
	t.set("dataset_name", name+"/"+train, "")
	if test == "" && !slices.Contains([]string{"", "no"}, t.text("eval_strategy")) {
		test = "test"
	}
	if test != "" {
		t.set("eval_data", name+"/"+test, "")
	}
}
