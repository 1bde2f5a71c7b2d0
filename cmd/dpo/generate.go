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

// generateOptions are what the command takes beside the way tokens are chosen.
type generateOptions struct {
	model, adapter, system, prompt string
}

func generateCommand() *cobra.Command {
	var o generateOptions
	draw := generate.Options{MaxNewTokens: 128, TopP: 1, RepetitionPenalty: 1, Samples: 1, Seed: 42}
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Answer a prompt",
		Long: `Answer a prompt, with or without an adapter. Standard output holds the answers
and nothing else; one comes as it is written, several are set apart by a line of
three dashes.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return answerPrompt(cmd, o, draw) },
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	f.StringVar(&o.adapter, "adapter", "", "PEFT `folder` to answer with")
	f.StringVar(&o.prompt, "prompt", "", "what to answer")
	systemFlag(cmd, &o.system)
	f.IntVar(&draw.Samples, "n", draw.Samples, "answers, computed as one batch")
	drawFlags(cmd, &draw)
	return cmd
}

func systemFlag(cmd *cobra.Command, system *string) {
	cmd.Flags().StringVar(system, "system", "", "tell the model how to answer; the chat template's own `text` where there is none")
}

// drawFlags are the same for every command that draws tokens.
func drawFlags(cmd *cobra.Command, o *generate.Options) {
	f := cmd.Flags()
	f.IntVar(&o.MaxNewTokens, "max-new-tokens", o.MaxNewTokens, "longest answer, in tokens")
	f.Float64Var(&o.Temperature, "temperature", o.Temperature, "0 takes the likeliest token every time; 0.7 varies")
	f.IntVar(&o.TopK, "top-k", o.TopK, "draw among so many likeliest tokens; 0 for all")
	f.Float64Var(&o.TopP, "top-p", o.TopP, "draw among the likeliest tokens that make up this probability")
	f.Float64Var(&o.RepetitionPenalty, "repetition-penalty", o.RepetitionPenalty, "above 1 avoids the tokens of the prompt and of the answer so far")
	f.StringArrayVar(&o.Stop, "stop", nil, "end the answer before this `text` (in bash $'\\n' is a line end); may be given several times")
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
		return writeAnswer(out, func(said func(string)) error {
			_, err := answerer.Answer(cmd.Context(), turns, draw, func(_ int, text string) { said(text) })
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

// writeAnswer writes what answer says as it comes, and ends the line: where it failed only if it had said something.
func writeAnswer(out io.Writer, answer func(said func(text string)) error) error {
	begun := false
	err := answer(func(text string) {
		begun = true
		fmt.Fprint(out, text)
	})
	if begun || err == nil {
		fmt.Fprintln(out)
	}
	return err
}
