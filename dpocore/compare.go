package dpocore

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/atomicfile"
)

// SamplePrompts are answered where no prompt is named; none of them is among the built-in pairs.
var SamplePrompts = []string{
	"How can I improve my productivity?",
	"My friend is not answering my messages. What should I do?",
	"Is it true that goldfish remember things for only three seconds?",
}

const answersFile = "answers.json"

// Answers are what a model says to a prompt without and with an adapter.
type Answers struct {
	Prompt string `json:"prompt"`
	Before string `json:"before"`
	After  string `json:"after"`

	BeforeEnded bool `json:"before_ended"` // by itself, not by the greatest length
	AfterEnded  bool `json:"after_ended"`
}

// comparison is answers.json.
type comparison struct {
	Weights      string    `json:"weights_sha256"`
	Adapter      string    `json:"adapter_sha256"`
	MaxNewTokens int       `json:"max_new_tokens"`
	Answers      []Answers `json:"answers"`
}

// Compare answers prompts without and with the adapter of a PEFT folder, greedily, and keeps the answers there. Where
// they are kept already it returns them at once. progress is told the answers done.
func (m *Model) Compare(ctx context.Context, adapter string, prompts []string, maxNewTokens int, progress func(done, total int)) ([]Answers, error) {
	want := comparison{MaxNewTokens: maxNewTokens}
	var err error
	if want.Adapter, err = export.HashAdapter(adapter); err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	if want.Weights, err = m.weightsHash(); err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	if kept := readComparison(adapter); kept.answers(want, prompts) {
		return kept.Answers, nil
	}
	for _, prompt := range prompts {
		want.Answers = append(want.Answers, Answers{Prompt: prompt})
	}
	for side, folder := range []string{"", adapter} {
		answerer, err := m.Answerer(folder)
		if err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
		for i, prompt := range prompts {
			progress(side*len(prompts)+i, 2*len(prompts))
			said, err := answerer.sample(ctx, []preference.Turn{{Role: "user", Content: prompt}},
				generate.Options{MaxNewTokens: maxNewTokens, TopP: 1, Samples: 1})
			if err != nil {
				answerer.Close()
				return nil, fmt.Errorf("compare: %w", err)
			}
			if side == 0 {
				want.Answers[i].Before, want.Answers[i].BeforeEnded = said[0].Text, said[0].Ended
			} else {
				want.Answers[i].After, want.Answers[i].AfterEnded = said[0].Text, said[0].Ended
			}
		}
		answerer.Close()
	}
	raw, err := json.MarshalIndent(want, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	return want.Answers, atomicfile.WriteBytes(filepath.Join(adapter, answersFile), append(raw, '\n'))
}

// readComparison reads kept answers; a file that is missing or damaged holds none.
func readComparison(dir string) (kept comparison) {
	raw, err := os.ReadFile(filepath.Join(dir, answersFile))
	if err != nil || json.Unmarshal(raw, &kept) != nil {
		return comparison{}
	}
	return kept
}

// answers says whether kept answers are those to the same prompts by the same model, adapter and setting.
func (c comparison) answers(want comparison, prompts []string) bool {
	if c.Weights != want.Weights || c.Adapter != want.Adapter || c.MaxNewTokens != want.MaxNewTokens || len(c.Answers) != len(prompts) {
		return false
	}
	for i, prompt := range prompts {
		if c.Answers[i].Prompt != prompt {
			return false
		}
	}
	return true
}
