package measure

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"strings"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/reference"
)

// sampleText is text of several kinds, unrelated to the built-in pairs, written for this project.
//
//go:embed plaintext/sample.txt
var sampleText string

// passageTokens is the length of the passages that a text is split into, unless the model has fewer positions; a token's
// log-probability depends on the tokens of its passage before it.
const passageTokens = 256

// PlainText measures the perplexity on plain text without and with an adapter (a PEFT folder), which shows what training
// has cost elsewhere. The text is a file's, or the project's own sample if path is "". progress receives the number of
// rows done.
func PlainText(ctx context.Context, m *model.Model, adapter, path string, progress func(done, total int)) (evaluation.PlainText, error) {
	text, source := sampleText, "the built-in sample"
	if path != "" {
		content, err := os.ReadFile(path)
		if err != nil {
			return evaluation.PlainText{}, fmt.Errorf("measure plain text: %w", err)
		}
		text, source = string(content), path
	}
	passages, err := measurePassages(ctx, m, adapter, text, progress)
	if err != nil {
		return evaluation.PlainText{}, fmt.Errorf("measure plain text of %s: %w", source, err)
	}
	return evaluation.SummarizePlainText(source, passages), nil
}

// measurePassages returns the log-probability of each passage before and after training, in nats.
func measurePassages(ctx context.Context, m *model.Model, adapter, text string, progress func(done, total int)) ([]evaluation.Passage, error) {
	list, err := split(m, text)
	if err != nil {
		return nil, err
	}
	if err := m.LoadForUse(); err != nil {
		return nil, err
	}
	p, err := m.Policy(adapter)
	if err != nil {
		return nil, err
	}
	defer func() { m.Work.WhenIdle(p.Finalize) }()
	rows, err := Pack(list)
	if err != nil {
		return nil, err
	}
	references := reference.Open(p, m.ReferenceKey(""), nil)
	defer references.Close()
	passages := make([]evaluation.Passage, len(list))
	measurePolicy := func(row *batch.Row, _ [][2]float32) (policy.Measured, error) { return p.LogProbs(row) }
	err = Rows(ctx, &m.Work, references, rows, progress, measurePolicy, func(r RowPair) {
		passages[r.Example] = evaluation.Passage{
			Tokens: len(list[r.Example].Chosen), Before: float64(r.Reference[0]), After: float64(r.Policy[0]),
		}
	})
	return passages, err
}

// split tokenizes a text and splits it into passages. Each is measured like the chosen answer of a pair, with its first
// token as the prompt.
func split(m *model.Model, text string) (list []batch.Example, err error) {
	ids, err := m.Tokenizer.Encode(strings.TrimSpace(text))
	if err != nil {
		return nil, err
	}
	length := passageTokens
	if positions := m.Positions(); positions > 0 {
		length = min(length, positions)
	}
	for len(ids) > 1 {
		n := min(length, len(ids))
		list = append(list, batch.Example{Prompt: ids[:1], Chosen: ids[1:n]})
		ids = ids[n:]
	}
	if len(list) < 2 {
		return nil, fmt.Errorf("it has at most %d tokens, too few to measure; use a longer text", length)
	}
	for _, example := range list {
		if err := example.Check(m.Tokenizer.VocabSize()); err != nil {
			return nil, err
		}
	}
	return list, nil
}
