package main

import (
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/judge/modeljudge"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/source"
)

// completeWords completes a flag's value or an argument with one of some words, and with no file.
func completeWords(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// completeFilesOr completes a word or a file: a shell offers its files where no word begins as what was typed.
func completeFilesOr(words ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) (fitting []cobra.Completion, _ cobra.ShellCompDirective) {
		for _, word := range words {
			if strings.HasPrefix(word, typed) {
				fitting = append(fitting, word)
			}
		}
		return fitting, cobra.ShellCompDirectiveDefault
	}
}

// completeLosses completes the losses, each with what it does.
func completeLosses() cobra.CompletionFunc {
	var list []cobra.Completion
	for _, name := range loss.Types() {
		list = append(list, cobra.CompletionWithDesc(name, loss.About(name)))
	}
	return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
}

// completeFolders completes a folder.
func completeFolders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeFlags gives a command, and all below it, the completion of its flags by the flag's name, unless the command has
// given a flag another one.
func completeFlags(cmd *cobra.Command) {
	pairs := completeFilesOr(append([]string{dataset.Builtin}, source.Names()...)...)
	byName := map[string]cobra.CompletionFunc{
		"data":         pairs,
		"eval-data":    pairs,
		"loss-type":    completeLosses(),
		"lr-scheduler": completeWords("linear", "cosine", "constant"),
		"mix":          completeWords(dataset.MixWays...),
		"reference":    completeWords(rounds.References...),
		"choice":       completeWords(rounds.Choices...),
		"judge-by":     completeWords(modeljudge.Ways...),
		"dtype":        completeWords("float32", "float16", "bfloat16"),
		"adapter":      completeFolders,
		"init-adapter": completeFolders,
		"out":          completeFolders,
		"merged":       completeFolders,
	}
	for name, complete := range byName {
		if _, has := cmd.GetFlagCompletionFunc(name); !has && cmd.Flags().Lookup(name) != nil {
			cobra.CheckErr(cmd.RegisterFlagCompletionFunc(name, complete))
		}
	}
	for _, below := range cmd.Commands() {
		completeFlags(below)
	}
}
