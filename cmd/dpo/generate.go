package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
)

// generateOptions are the command's flags, except those for sampling.
type generateOptions struct {
	model, adapter, system, prompt string
}

func generateCommand() *cobra.Command {
	var o generateOptions
	draw := generate.Options{MaxNewTokens: 128, TopP: 1, RepetitionPenalty: 1, Samples: 1, Seed: 42}
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Answer a prompt",
		Long: `Answer a prompt, with or without an adapter. Only the answers are written to
standard output: a single answer is streamed, several are separated by lines of
three dashes.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return answerPrompt(cmd, o, draw) },
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	f.StringVar(&o.adapter, "adapter", "", "PEFT `folder` to answer with")
	f.StringVar(&o.prompt, "prompt", "", "prompt to answer")
	systemFlag(cmd, &o.system)
	f.IntVar(&draw.Samples, "n", draw.Samples, "number of answers, computed as one batch")
	samplingFlags(cmd, &draw)
	return cmd
}

func systemFlag(cmd *cobra.Command, system *string) {
	cmd.Flags().StringVar(system, "system", "", "system prompt `text` (default that of the chat template, if any)")
}

// samplingFlags adds the flags of commands that sample tokens.
func samplingFlags(cmd *cobra.Command, o *generate.Options) {
	f := cmd.Flags()
	f.IntVar(&o.MaxNewTokens, "max-new-tokens", o.MaxNewTokens, "maximum length of an answer in tokens")
	f.Float64Var(&o.Temperature, "temperature", o.Temperature, "sampling temperature; 0 for greedy decoding")
	f.IntVar(&o.TopK, "top-k", o.TopK, "sample from this many most likely tokens; 0 for all")
	f.Float64Var(&o.TopP, "top-p", o.TopP, "sample from the most likely tokens with this total probability")
	f.Float64Var(&o.RepetitionPenalty, "repetition-penalty", o.RepetitionPenalty, "above 1, penalize tokens of the prompt and of the answer so far")
	f.StringArrayVar(&o.Stop, "stop", nil, "end the answer before this `text` (a newline in bash is $'\\n'); can be repeated")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "the same seed gives the same answers")
}

func answerPrompt(cmd *cobra.Command, o generateOptions, draw generate.Options) error {
	if o.prompt == "" {
		return wrongUse(errors.New("there is no prompt; give one with --prompt \"…\""))
	}
	if err := draw.Validate(); err != nil {
		return wrongUse(err)
	}
	m, err := openModel(cmd.Context(), o.model)
	if err != nil {
		return err
	}
	defer m.Close()
	answerer, err := generate.NewAnswerer(m, o.adapter)
	if err != nil {
		return err
	}
	defer answerer.Close()
	turns := append(generate.NewConversation(o.system).Turns(), preference.Turn{Role: "user", Content: o.prompt})
	out := cmd.OutOrStdout()
	if draw.Samples == 1 {
		return writeAnswer(out, func(write func(string)) error {
			_, err := answerer.Answer(cmd.Context(), turns, draw, func(_ int, text string) { write(text) })
			return err
		})
	}
	answers, err := answerer.Answer(cmd.Context(), turns, draw, nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, strings.Join(answers, "\n---\n"))
	return nil
}

// writeAnswer streams an answer to out and ends the line, unless answer failed before writing anything.
func writeAnswer(out io.Writer, answer func(write func(text string)) error) error {
	started := false
	err := answer(func(text string) {
		started = true
		fmt.Fprint(out, text)
	})
	if started || err == nil {
		fmt.Fprintln(out)
	}
	return err
}
