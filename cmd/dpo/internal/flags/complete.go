package flags

import (
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/judge/modeljudge"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/source"
)

// completeWords completes a flag's value or an argument with one of the words, and not with files.
func completeWords(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// completeFilesOr completes a word or a file: the shell offers files if no word has the typed prefix.
func completeFilesOr(words ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) (matches []cobra.Completion, _ cobra.ShellCompDirective) {
		for _, word := range words {
			if strings.HasPrefix(word, typed) {
				matches = append(matches, word)
			}
		}
		return matches, cobra.ShellCompDirectiveDefault
	}
}

// completeLosses completes the names of losses, with descriptions.
func completeLosses() cobra.CompletionFunc {
	var list []cobra.Completion
	for _, name := range loss.Types() {
		list = append(list, cobra.CompletionWithDesc(name, loss.About(name)))
	}
	return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
}

// CompleteFolders completes with folders.
func CompleteFolders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// Complete registers completions by flag name for a command and its subcommands, except for flags that already have
// one.
func Complete(cmd *cobra.Command) {
	pairs := completeFilesOr(append([]string{dataset.Builtin}, source.Names()...)...)
	byName := map[string]cobra.CompletionFunc{
		"data":         pairs,
		"eval-data":    pairs,
		"loss-type":    completeLosses(),
		"lr-scheduler": completeWords(config.Schedulers...),
		"mix":          completeWords(dataset.MixMethods...),
		"reference":    completeFilesOr(config.References...),
		"choice":       completeWords(preference.Choices...),
		"judge-by":     completeWords(modeljudge.Methods...),
		"dtype":        completeWords("float32", "float16", "bfloat16"),
		"adapter":      CompleteFolders,
		"init-adapter": CompleteFolders,
		"out":          CompleteFolders,
		"merged":       CompleteFolders,
	}
	for name, complete := range byName {
		if _, has := cmd.GetFlagCompletionFunc(name); !has && cmd.Flags().Lookup(name) != nil {
			cobra.CheckErr(cmd.RegisterFlagCompletionFunc(name, complete))
		}
	}
	for _, child := range cmd.Commands() {
		Complete(child)
	}
}
