package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore"
)

func compareCommand() *cobra.Command {
	var model, adapter string
	var prompts []string
	tokens := 128
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Answer prompts before and after training",
		Long: `Answer prompts with the model as it was and with the adapter, the likeliest token
every time. The answers stay in the run folder, in answers.json; the same
question again is answered from there.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			m, err := openModel(cmd.Context(), model)
			if err != nil {
				return err
			}
			defer m.Close()
			bar := newProgress(os.Stderr)
			answers, err := m.Compare(cmd.Context(), adapter, prompts, tokens, func(done, total int) {
				bar.bar("answer %d of %d …", done+1, total)
			})
			if err != nil {
				return err
			}
			bar.end()
			printAnswers(cmd.OutOrStdout(), answers)
			return nil
		},
	}
	modelFlag(cmd, &model)
	cmd.Flags().StringVar(&adapter, "adapter", "dpo_finetuned_smollm2", "run `folder`")
	cmd.Flags().StringArrayVar(&prompts, "prompt", dpocore.SamplePrompts, "what to answer; may be given several times")
	cmd.Flags().IntVar(&tokens, "max-new-tokens", tokens, "longest answer, in tokens")
	return cmd
}

func printAnswers(w io.Writer, answers []dpocore.Answers) {
	for _, a := range answers {
		fmt.Fprintf(w, "\n── %s\n\nbefore: %s\n\nafter:  %s\n", a.Prompt, a.Before, a.After)
	}
}
