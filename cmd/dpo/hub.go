package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/sharing"
)

func pushCommand() *cobra.Command {
	var o sharing.PushOptions
	cmd := &cobra.Command{
		Use:   "push RUN owner/name",
		Short: "Send an adapter, a merged model or a GGUF file to the Hugging Face hub",
		Long: `Send a finished run's adapter or model, a folder that dpo merge wrote, or a GGUF file with
its Modelfile to a repository on the Hugging Face hub, which is created if there is
none. All files arrive as one commit, so the repository never has half of them. If
the command is stopped, the same command resumes: files that have arrived are not
sent again.

  dpo push dpo_finetuned_smollm2 me/smollm2-dpo --dry-run
  dpo push smollm2_dpo_merged me/smollm2-dpo-merged --private
  dpo push smollm2_dpo.gguf me/smollm2-dpo-gguf

Of a run, the adapter (or with --full the model), the tokenizer, README.md and the pictures in plots/ are sent,
and nothing that holds your pairs, prompts or answers. Sign in with hf auth login, or
set HF_TOKEN to a token with write access.`,
		Args:              flags.TwoArguments,
		ValidArgsFunction: flags.CompleteFolders,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Source, o.Repo = args[0], args[1]
			return sharing.Push(cmd.Context(), cmd.OutOrStdout(), o)
		},
	}
	cmd.Flags().BoolVar(&o.Private, "private", false, "create the repository as a private one, and send nothing to a public one")
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "list the files that would be sent, and their sizes")
	return cmd
}

func pullCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "pull owner/name",
		Short: "Download an adapter from the Hugging Face hub",
		Long: `Download an adapter from the Hugging Face hub into a folder, for --adapter and
--init-adapter. owner/name@revision names a branch, a tag or a commit. A stopped
download resumes. --adapter owner/name uses an adapter from the cache.`,
		Args: flags.OneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return sharing.Pull(cmd.Context(), cmd.OutOrStdout(), args[0], out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "`folder` to write (default the adapter's name)")
	return cmd
}
