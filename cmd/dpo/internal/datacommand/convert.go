package datacommand

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/dataview"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
)

func convertCommand() *cobra.Command {
	var o dataview.ConvertOptions
	cmd := &cobra.Command{
		Use:   "convert FILE --out FILE",
		Short: "Rewrite a file of pairs, saying which column is what",
		Long: `Rewrite a file of pairs as JSON Lines in the form {"prompt": [turns], "chosen":
[turns], "rejected": [turns]}, saying which column is what. Columns that are not
named are found by their usual names, as everywhere. A column can be a path into a
field: input.messages, output[0].

  dpo data convert in.jsonl --out pairs.jsonl --prompt question --chosen good --rejected bad
  dpo data convert in.jsonl --out pairs.jsonl --label winner=a:response_a,b:response_b

An existing file is not overwritten.`,
		Args: flags.OneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return dataview.Convert(cmd.OutOrStdout(), args[0], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Out, "out", "", "the `file` to write")
	f.StringArrayVar(&o.Prompt, "prompt", nil, "the prompt's `column`; if given several times, the texts are joined by line ends")
	f.StringVar(&o.System, "system", "", "the `column` with the system turn")
	f.StringVar(&o.Chosen, "chosen", "", "the `column` with the better answer")
	f.StringVar(&o.Rejected, "rejected", "", "the `column` with the worse answer")
	f.StringVar(&o.Label, "label", "", "the column that says which answer is chosen, and by which value each is: `COLUMN=VALUE:ANSWER,VALUE:ANSWER`; pairs with a tie are left out")
	f.StringArrayVar(&o.Drop, "drop", nil, "a `column`, or field of turns, to leave out although it changes what the model sees, such as tools; may be repeated")
	f.BoolVar(&o.CutPrompt, "cut-prompt", false, "cut the prompt off answers that begin with it")
	cmd.MarkFlagRequired("out")
	cmd.MarkFlagsMutuallyExclusive("label", "chosen")
	cmd.MarkFlagsMutuallyExclusive("label", "rejected")
	return cmd
}
