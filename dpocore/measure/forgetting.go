package measure

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"strings"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/reference"
)

// plainSample is text of several kinds that has nothing to do with the built-in pairs, written for this project.
//
//go:embed plaintext/sample.txt
var plainSample string

// passageTokens is how much of a text the model sees at once; a token's surprise depends on what stands before it.
const passageTokens = 256

// PerplexityChange measures how well the model foresees plain text without and with the adapter: of a file, or where path is ""
// of the sample that comes with the project. progress is told the rows done.
func PerplexityChange(ctx context.Context, m *model.Model, adapter, path string, progress func(done, total int)) (evaluation.PlainText, error) {
	text, source := plainSample, "the built-in sample"
	if path != "" {
		content, err := os.ReadFile(path)
		if err != nil {
			return evaluation.PlainText{}, fmt.Errorf("measure plain text: %w", err)
		}
		text, source = string(content), path
	}
	passages, err := passages(ctx, m, adapter, text, progress)
	if err != nil {
		return evaluation.PlainText{}, fmt.Errorf("measure the plain text of %s: %w", source, err)
	}
	return evaluation.SummarizePlainText(source, passages), nil
}

func passages(ctx context.Context, m *model.Model, adapter, text string, progress func(done, total int)) ([]evaluation.Passage, error) {
	list, err := cutText(m, text)
	if err != nil {
		return nil, err
	}
	p, err := m.Policy(adapter, config.Auto)
	if err != nil {
		return nil, err
	}
	defer func() { m.Work.Finish(p.Finalize) }()
	rows, err := batch.Pack(list, batch.Plan([][]batch.Example{list})...)
	if err != nil {
		return nil, err
	}
	references := reference.Open(p, m.ReferenceKey())
	defer references.Close()
	passages := make([]evaluation.Passage, len(list))
	own := func(row *batch.Row, _ [][2]float32) (policy.Measured, error) { return p.LogProbs(row) }
	err = Rows(ctx, &m.Work, references, rows, progress, own, func(one RowPair) {
		passages[one.Example] = evaluation.Passage{
			Tokens: len(list[one.Example].Chosen), Before: float64(one.Reference[0]), After: float64(one.Policy[0]),
		}
	})
	return passages, err
}

// cutText makes passages of a text. Each is measured like a pair's chosen answer, its first token the prompt.
func cutText(m *model.Model, text string) (list []batch.Example, err error) {
	ids, err := m.Tokenizer.Encode(strings.TrimSpace(text))
	if err != nil {
		return nil, err
	}
	for len(ids) > 1 {
		n := min(passageTokens, len(ids))
		list = append(list, batch.Example{Prompt: ids[:1], Chosen: ids[1:n]})
		ids = ids[n:]
	}
	if len(list) < 2 {
		return nil, fmt.Errorf("it has fewer than %d tokens, too few to measure; take a longer one", passageTokens)
	}
	for _, example := range list {
		if err := example.Check(m.Tokenizer.VocabSize()); err != nil {
			return nil, err
		}
	}
	return list, nil
}
