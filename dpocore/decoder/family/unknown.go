package family

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// suspect are parts of the names of fields in config.json that change what a model computes. A field with such a name that
// this program does not know is refused, unless its value means nothing.
var suspect = []string{
	"act", "alibi", "attention", "attn", "bias", "bidirectional", "causal", "chunk", "clip", "compress", "conv", "cross", "depth", "embed",
	"expert", "gate", "gating", "head", "hyper", "index", "kv", "latent", "layer", "logit", "lora", "mamba", "mask", "memory", "mixture", "moe",
	"mtp", "multiplier", "mup", "norm", "partial", "parallel", "position", "qk", "quant", "query", "rank", "residual", "rope", "rotary",
	"router", "routing", "scal", "shared", "sink", "skip", "soft", "sparse", "sparsity", "ssm", "tau", "temperature", "tokens_per", "window",
}

// harmless are fields with suspect names that change nothing here: dropout is off, caches and implementations are this
// program's, and the rest concerns training from scratch or other tasks.
var harmless = []string{
	"_attn_implementation", "_attn_implementation_autoset", "_attn_implementation_internal", "_flash_attn_2_enabled", "architectures",
	"attention_dropout", "attn_implementation", "attn_pdrop", "cache_implementation", "chunk_size_feed_forward", "embd_pdrop",
	"hidden_dropout", "is_decoder", "num_logits_to_keep", "output_attentions", "output_router_logits", "pretraining_tp", "resid_pdrop",
	"router_aux_loss_coef", "router_jitter_noise", "temperature", "torchscript", "use_cache", "activation_dropout", "layerdrop",
	"use_flash_attn", "fused_attention", "keys_to_ignore_at_inference", "transformers_version", "transformers.js_config",
}

// RefuseUnknown returns an error that names the first field of config.json that may change what the model computes, and that
// neither the family nor common, the struct of the fields that all families share, knows.
func (f Family) RefuseUnknown(raw []byte, common any) error {
	suspected := func(name string) bool {
		return !slices.Contains(harmless, name) && !slices.Contains(f.Harmless, name) &&
			slices.ContainsFunc(suspect, func(part string) bool { return strings.Contains(name, part) })
	}
	return RefuseUnknown(raw, "of a model of type "+fmt.Sprintf("%q", f.ModelType), suspected, common, f.Settings)
}

// RefuseUnknown returns an error that names the first of an object's suspected fields that is in none of the known structs.
// Fields whose value means nothing, such as null, false, 0 or a factor of 1, are let through.
func RefuseUnknown(raw []byte, what string, suspected func(name string) bool, known ...any) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	names := map[string]bool{}
	for _, object := range known {
		addNames(names, reflect.TypeOf(object))
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !names[name] && suspected(name) && !meansNothing(name, fields[name]) {
			return fmt.Errorf("%s is %s, and this program does not know that field %s; it may change what the model computes: use a model without it, or remove the field if you know that it changes nothing",
				name, short(fields[name]), what)
		}
	}
	return nil
}

// addNames adds the JSON names of a struct's fields, embedded ones too.
func addNames(names map[string]bool, of reflect.Type) {
	if of == nil {
		return
	}
	for _, field := range reflect.VisibleFields(of) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
			names[name] = true
		}
	}
}

func meansNothing(name string, value json.RawMessage) bool {
	text := string(value)
	factor := strings.Contains(name, "scal") || strings.Contains(name, "multiplier") || strings.Contains(name, "factor")
	return slices.Contains([]string{"null", "false", "0", "0.0", "{}", "[]", `""`}, text) || factor && (text == "1" || text == "1.0")
}

func short(value json.RawMessage) string {
	const most = 40
	if len(value) <= most {
		return string(value)
	}
	return string(value[:most]) + "…"
}
