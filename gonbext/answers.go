package gonbext

import (
	"context"
	"fmt"
	"os"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/merge"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
)

// Answer asks the model in a folder, such as Merge makes, and the base model the same prompts, side by side.
func Answer(folder string, prompts ...string) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		if _, err := os.Stat(folder); err != nil {
			return nil, fmt.Errorf("there is no folder %q; run the cell that merges into it first, or check the name", folder)
		}
		base, tokens, err := readyToAnswer(&prompts)
		if err != nil {
			return nil, err
		}
		own, err := model.Open(folder)
		if err != nil {
			return nil, err
		}
		defer own.Close()
		answers := map[*model.Model][]string{}
		for side, model := range []*model.Model{base, own} {
			answers[model], err = ask(ctx, model, prompts, tokens, func(done int) {
				say("Answer %d of %d", side*len(prompts)+done+1, 2*len(prompts))
			})
			if err != nil {
				return nil, err
			}
		}
		t := answerTable(tokens, "base model", "the model in "+folder)
		for i, prompt := range prompts {
			t.rows = append(t.rows, []string{prompt, answers[base][i], answers[own][i]})
		}
		return t, nil
	})
}

// readyToAnswer opens the base model, and fills in prompts where there are none.
func readyToAnswer(prompts *[]string) (model *model.Model, tokens int, err error) {
	if len(*prompts) == 0 {
		*prompts = generate.SamplePrompts
	}
	if tokens, err = newTokens(); err != nil {
		return nil, 0, err
	}
	model, err = baseModel()
	return model, tokens, err
}

func answerTable(tokens int, models ...string) table {
	return table{
		caption: fmt.Sprintf("Answers of at most %d tokens, the likeliest each time", tokens),
		columns: append([]string{"prompt"}, models...),
	}
}

// ask answers prompts with the likeliest tokens.
func ask(ctx context.Context, model *model.Model, prompts []string, tokens int, progress func(done int)) ([]string, error) {
	answerer, err := generate.NewAnswerer(model, "")
	if err != nil {
		return nil, err
	}
	defer answerer.Close()
	var texts []string
	for i, prompt := range prompts {
		progress(i)
		text, err := answerer.Answer(ctx, userTurn(prompt), generate.Options{MaxNewTokens: tokens, TopP: 1, Samples: 1}, nil)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text[0])
	}
	return texts, nil
}

func userTurn(prompt string) []preference.Turn {
	return []preference.Turn{{Role: "user", Content: prompt}}
}

// Merge writes the base model with what a run learned merged into it: a folder that other programs load as any model.
// The written weights are checked against the model with its adapter.
func Merge(dir, out string) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		if _, err := finishedRun(dir); err != nil {
			return nil, err
		}
		model, err := baseModel()
		if err != nil {
			return nil, err
		}
		say("Merging and checking what was written, half a minute")
		fresh, err := merge.Merge(ctx, model, dir, out, mergeType)
		if err != nil {
			return nil, err
		}
		verb := "holds the merged model, and it has been checked against the model with its adapter"
		if !fresh {
			verb = "holds this very merge already; nothing was to be done"
		}
		return box{doneBox, fmt.Sprintf("%s %s.", out, verb)}, nil
	})
}

// mergeType is the number format of merged weights: the one that loses nothing.
const mergeType = "float32"
