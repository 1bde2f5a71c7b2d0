// Package measure runs the base model and the models of runs for a cell: answers, evaluations and inspections.
package measure

import (
	"context"
	"fmt"
	"os"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// Answers answers prompts with the base model and with the model in a folder, by greedy decoding. Without prompts it uses
// the sample prompts.
func Answers(ctx context.Context, folder string, prompts []string, status cell.Status) (output.Content, error) {
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("there is no folder %q; run the cell that merges into it first, or check the name", folder)
	}
	if adapter.IsFolder(folder) {
		return nil, fmt.Errorf("%s has an adapter and no model; merge it into one with gonbext.Merge, or see its answers with gonbext.Compare", folder)
	}
	base, prompts, maxTokens, err := readyToAnswer(prompts)
	if err != nil {
		return nil, err
	}
	merged, err := model.Open(folder)
	if err != nil {
		return nil, err
	}
	defer merged.Close()
	if err := merged.SetDate(base.Prompts.Date); err != nil {
		return nil, err
	}
	var answers [2][]string
	for side, model := range []*model.Model{base, merged} {
		answers[side], err = greedy(ctx, model, prompts, maxTokens, func(done int) {
			status("Answer %d of %d", side*len(prompts)+done+1, 2*len(prompts))
		})
		if err != nil {
			return nil, err
		}
	}
	t := answerTable(maxTokens, "base model", "the model in "+folder)
	for i, prompt := range prompts {
		t.Add(prompt, answers[0][i], answers[1][i])
	}
	return t, nil
}

// readyToAnswer opens the base model of some adapters, and replaces an empty list of prompts by the sample prompts.
func readyToAnswer(prompts []string, adapters ...string) (model *model.Model, filled []string, maxTokens int, err error) {
	if len(prompts) == 0 {
		prompts = generate.SamplePrompts
	}
	if maxTokens, err = cell.AnswerTokens(); err != nil {
		return nil, nil, 0, err
	}
	model, err = open.BaseModel(adapters...)
	return model, prompts, maxTokens, err
}

func answerTable(maxTokens int, models ...string) output.Table {
	return output.Table{
		Caption: fmt.Sprintf("Answers of at most %d tokens, by greedy decoding", maxTokens),
		Columns: append([]string{"prompt"}, models...),
	}
}

// greedy answers prompts by greedy decoding.
func greedy(ctx context.Context, model *model.Model, prompts []string, maxTokens int, progress func(done int)) ([]string, error) {
	answerer, err := generate.NewAnswerer(model, "")
	if err != nil {
		return nil, err
	}
	defer answerer.Close()
	var texts []string
	for i, prompt := range prompts {
		progress(i)
		text, err := answerer.Answer(ctx, preference.User(prompt), generate.Options{MaxNewTokens: maxTokens, TopP: 1, Samples: 1}, nil)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text[0])
	}
	return texts, nil
}
