package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/internal/atomicfile"
)

// pairChoices maps the values of --pairs.
var pairChoices = map[string]preference.Choice{"all": preference.AllPairs, "best-worst": preference.BestWorst, "adjacent": preference.Adjacent}

func rankingsCommand() *cobra.Command {
	var out, choice string
	var o preference.ListOptions
	cmd := &cobra.Command{
		Use:   "rankings RANKINGS",
		Short: "Show how far raters agree, and turn rankings into pairs",
		Long: `Show what a file written by dpo data rank contains: how many prompts each rater has
ranked, and how far each two raters agree (Cohen's kappa over the pairs of answers
that both have ranked). With --out, write preference pairs: each pair once, without
those on which raters disagree.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var ok bool
			if o.Choice, ok = pairChoices[choice]; !ok {
				return wrongUse(fmt.Errorf("--pairs is %q; it must be all, best-worst or adjacent", choice))
			}
			if err := o.Validate(); err != nil {
				return wrongUse(err)
			}
			log, err := ranking.Read(args[0])
			if err != nil {
				return err
			}
			writeRankings(cmd.OutOrStdout(), log)
			if out == "" {
				return nil
			}
			set, err := log.Pairs(o)
			if err != nil {
				return err
			}
			if err := writePairs(out, set); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d pairs\n", out, len(set.Pairs))
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write the pairs to this `file`, as JSON Lines")
	cmd.Flags().StringVar(&choice, "pairs", "all", "which `pairs` to make of a ranking: all, best-worst, adjacent")
	cmd.Flags().Float64Var(&o.MinGap, "gap", 0, "minimum difference between the ranks of a pair")
	return cmd
}

func writeRankings(out io.Writer, log *ranking.Log) {
	fmt.Fprintf(out, "%s: answers to %d prompts\n", log.Source, len(log.Candidates))
	raters := log.Raters()
	for i, rater := range raters {
		left := len(log.Pending(rater))
		fmt.Fprintf(out, "  %s has ranked %d, %d are left\n", rater, len(log.Candidates)-left, left)
		for _, other := range raters[:i] {
			if agreement, err := log.Agreement(other, rater); err == nil { // otherwise they have ranked nothing in common
				fmt.Fprintf(out, "  %s\n", agreement)
			}
		}
	}
	for _, note := range log.Notes {
		fmt.Fprintln(out, note)
	}
}

// writePairs writes pairs as JSON Lines. Each prompt is a single turn.
func writePairs(path string, set *preference.Set) error {
	var lines strings.Builder
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for i := range set.Pairs {
		pair := &set.Pairs[i]
		line := struct {
			Prompt   string `json:"prompt"`
			Chosen   string `json:"chosen"`
			Rejected string `json:"rejected"`
		}{pair.PromptText(), pair.Chosen, pair.Rejected}
		if err := encoder.Encode(line); err != nil {
			return fmt.Errorf("write the pairs: %w", err)
		}
	}
	return atomicfile.WriteBytes(path, []byte(lines.String()))
}
