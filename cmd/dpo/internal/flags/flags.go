// Package flags declares the flags that several commands share, and their completions in a shell.
package flags

import (
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/source"
)

// Model adds the flag of commands that need a model.
func Model(cmd *cobra.Command, model *string) {
	cmd.Flags().StringVar(model, "model", "", "`name` of a model folder or .gguf file, or owner/name on the Hugging Face hub (default the installed SmolLM2-135M-Instruct)")
}

// Base adds the flags of commands that use a model with an adapter.
func Base(cmd *cobra.Command, model *string, anyBase *bool) {
	Model(cmd, model)
	cmd.Flags().Lookup("model").Usage = "`name` of a model folder or .gguf file, or owner/name on the Hugging Face hub (default the one that the adapter was trained on, or else the installed SmolLM2-135M-Instruct)"
	cmd.Flags().BoolVar(anyBase, "any-base", false, "accept an adapter that was trained on another model")
}

// Prompts adds the flags of commands that write prompts without training; training has them among the settings.
func Prompts(cmd *cobra.Command, p *config.Prompts) {
	const ofRun = " (default that of the adapter's run, or "
	f := cmd.Flags()
	f.StringVar(&p.Date, "date", "", config.DateHelp+ofRun+"today)")
	f.StringVar(&p.Template, "chat-template", "", "`file` with a chat template in Jinja"+ofRun+"of the model)")
	f.Var(&p.Arguments, "template-arg", "a `name=value` for the chat template, such as enable_thinking=false; can be repeated"+ofRun+"none)")
}

// Data adds the flag of commands that read preference pairs.
func Data(cmd *cobra.Command, data *string) {
	cmd.Flags().StringVar(data, "data", dataset.Builtin, "`file` of preference pairs (JSON Lines, JSON, CSV, TSV, Parquet), \"builtin\", a pattern such as 'data/*.jsonl', a mix such as helpfulness=0.7,truthfulness=0.3, owner/name[:config][@revision][/split] on the Hugging Face hub, or a published dataset: "+strings.Join(source.Names(), ", "))
}

// System adds the flag of commands that take a system prompt.
func System(cmd *cobra.Command, system *string) {
	cmd.Flags().StringVar(system, "system", "", "system prompt `text` (default that of the chat template, if any)")
}

// Sampling adds the flags of commands that sample tokens.
func Sampling(cmd *cobra.Command, o *generate.Options) {
	f := cmd.Flags()
	f.IntVar(&o.MaxNewTokens, "max-new-tokens", o.MaxNewTokens, "maximum length of an answer in tokens")
	f.Float64Var(&o.Temperature, "temperature", o.Temperature, "sampling temperature; 0 for greedy decoding")
	f.IntVar(&o.TopK, "top-k", o.TopK, "sample from this many most likely tokens; 0 for all")
	f.Float64Var(&o.TopP, "top-p", o.TopP, "sample from the most likely tokens with this total probability")
	f.Float64Var(&o.RepetitionPenalty, "repetition-penalty", o.RepetitionPenalty, "above 1, penalize tokens of the prompt and of the answer so far")
	f.StringArrayVar(&o.Stop, "stop", nil, "end the answer before this `text` (a newline in bash is $'\\n'); can be repeated")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "the same seed gives the same answers")
	Idle(cmd, func() bool { return o.Temperature == 0 }, "at temperature 0, where the likeliest token is always chosen", "top-k", "top-p", "seed")
}

// PromptsUsage describes a flag with a file of prompts.
const PromptsUsage = "`file` of prompts, one per line, or JSON Lines with \"prompt\""
