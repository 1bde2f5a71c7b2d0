package gonbext

import (
	"context"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/judge/modeljudge"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// By is a judge that scores answers with a function; a higher score is better. Change the label whenever the function
// changes.
func By(label string, score func(prompt, answer string) float64) judge.Judge {
	return judge.Func{Label: label, Score: score}
}

// ByWords is a judge that prefers answers of about n words: its score is minus the distance from n.
func ByWords(n int) judge.Judge { return judge.Words(n) }

// ByPlainWords is a judge that prefers short words: its score is minus the mean number of characters per word.
func ByPlainWords() judge.Judge { return judge.Plain() }

// ByLexicon is a judge that prefers answers with many of some single words: its score is their share of all words, in percent.
func ByLexicon(words ...string) (j judge.Judge) {
	cell.Run(func(context.Context) error {
		lexicon, _, err := judge.Parse("lexicon:" + strings.Join(words, ","))
		if err == nil {
			j = lexicon
		}
		return err
	})
	return j
}

// ByReader is a person as the judge: [Rounds] writes the answers into a file, [Rank] shows them, and Rounds continues when
// they are ranked.
func ByReader(file string) judge.Judge { return judge.Person{File: file} }

// ByModel is a local model as the judge: a folder, a GGUF file, or a name on the hub. It is asked whether an answer is
// good. Small models are poor judges.
func ByModel(name string) (j judge.Judge) {
	cell.Run(func(context.Context) error {
		model, err := model.Open(name)
		if err != nil {
			return err
		}
		model.Note = func(text string) { cell.Show(output.Notef("%s", text)) }
		j = modeljudge.Judge{Model: model, Method: modeljudge.Yes, MaxLength: 2 * config.Default().MaxLength}
		return nil
	})
	return j
}

// ByEndpoint is a model behind an OpenAI-compatible API, such as "http://localhost:8080/v1", with a maximum number of
// calls. With 0 calls, [Rounds] reports the number it needs and ends. The API key is read from the environment variable
// OPENAI_API_KEY.
func ByEndpoint(url, model string, calls int) (j judge.Judge) {
	cell.Run(func(context.Context) error {
		e := &judge.Endpoint{URL: url, Model: model, MaxCalls: calls}
		j = e
		return e.Validate()
	})
	return j
}

// JudgeCost shows the maximum cost of judging all rounds, without calling the judge.
func JudgeCost(c rounds.Config, prompts rounds.Prompts, j judge.Judge) {
	cell.Run(func(context.Context) error {
		costly, ok := j.(judge.Costly)
		if !ok {
			cell.Show(output.Donef("This judge costs nothing but time."))
			return nil
		}
		cell.Show(output.Notef("Judging all rounds with %s takes at most %s.", j.Name(), c.JudgeCost(prompts, costly)))
		return nil
	})
}
