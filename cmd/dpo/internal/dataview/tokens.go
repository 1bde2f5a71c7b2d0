package dataview

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// Tokens writes the token ids of pairs as JSON Lines, without those that the model has no tokens for, which it names at the end.
func Tokens(ctx context.Context, out io.Writer, data, model string, prompts config.Prompts) error {
	set, _, err := dataset.ReadPairs(data)
	if err != nil {
		return exit.BadData(err)
	}
	m, err := open.Prompted(ctx, model, prompts)
	if err != nil {
		return err
	}
	defer m.Close()
	return printTokens(out, m, set)
}

func printTokens(w io.Writer, m *model.Model, set *preference.Set) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	var refused []error
	for _, pair := range set.Pairs {
		tokens, _, err := m.Chat.Pair(pair)
		if errors.Is(err, chat.ErrSpelled) || errors.Is(err, chat.ErrRejected) {
			refused = append(refused, err)
			continue
		}
		if err != nil {
			return err
		}
		if err := encoder.Encode(struct {
			Line     int     `json:"line"`
			Prompt   []int32 `json:"prompt_ids"`
			Chosen   []int32 `json:"chosen_ids"`
			Rejected []int32 `json:"rejected_ids"`
		}{pair.Line, tokens.Prompt, tokens.Chosen, tokens.Rejected}); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil || len(refused) == 0 {
		return err
	}
	return exit.BadData(fmt.Errorf("no tokens for %s, the first: %w", wording.Count(len(refused), "pair"), refused[0]))
}
