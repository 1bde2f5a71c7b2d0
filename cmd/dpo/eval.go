package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/atomicfile"
)

func evalCommand() *cobra.Command {
	var model, adapter, data, perPair string
	config := dpocore.DefaultConfig()
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "Measure how often an adapter prefers the better answer",
		Long: `Measure preference pairs under the model with an adapter, against the model without.

A pair's margin is how much more the adapter has raised the log-probability of
the chosen answer than that of the rejected one, in nats; times beta it is the
margin of DPO's loss. Accuracy is the share of pairs whose margin is above 0.
Without an adapter every margin is 0, and the log-probabilities are the model's.

Of the built-in pairs and of a published set those that training holds out are
measured.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := config.Validate(); err != nil {
				return wrongUse(err)
			}
			set, err := evalSet(cmd.Context(), data)
			if err != nil {
				return err
			}
			m, err := openModel(cmd.Context(), model)
			if err != nil {
				return err
			}
			defer m.Close()
			bar := newProgress(os.Stderr)
			pairs, notes, err := m.Evaluate(cmd.Context(), adapter, set, config.MaxLength, func(done, total int) {
				bar.bar("row %d of %d …", done, total)
			})
			if err != nil {
				return err
			}
			for _, note := range notes {
				bar.Note(note)
			}
			bar.end()
			if perPair != "" {
				if err := writePairs(perPair, pairs); err != nil {
					return err
				}
			}
			printScore(cmd.OutOrStdout(), dpocore.ScoreOf(pairs))
			return nil
		},
	}
	modelFlag(cmd, &model)
	dataFlag(cmd, &data)
	cmd.Flags().StringVar(&adapter, "adapter", "", "PEFT `folder` to measure")
	cmd.Flags().StringVar(&perPair, "per-pair", "", "write one JSON line for each pair to this `file`")
	cmd.Flags().IntVar(&config.MaxLength, "max-length", config.MaxLength, "tokens of prompt and answer together; the rest is cut")
	return cmd
}

// evalSet is a file's pairs, or those that a set holds out by itself.
func evalSet(ctx context.Context, name string) (*preference.Set, error) {
	data, err := fetchData(ctx, name, "", 0, 0)
	if data.HeldOut != nil {
		return data.HeldOut, err
	}
	return data.Train, err
}

func writePairs(path string, pairs []dpocore.PairFigures) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		for _, pair := range pairs {
			if err := encoder.Encode(pair); err != nil {
				return err
			}
		}
		return nil
	})
}

func printScore(w io.Writer, s dpocore.Score) {
	fmt.Fprintf(w, "pairs     %d\n", s.Pairs)
	fmt.Fprintf(w, "accuracy  %.3f  (95 %% interval %.3f to %.3f)\n", s.Accuracy, s.AccuracyInterval[0], s.AccuracyInterval[1])
	fmt.Fprintf(w, "margin    %+.4f  (95 %% interval %+.4f to %+.4f)\n", s.Margin, s.MarginInterval[0], s.MarginInterval[1])
}
