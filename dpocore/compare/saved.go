package compare

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/internal/atomicfile"
)

const answersFile = "answers.json"

// savedAnswers is answers.json in a run's folder: the answers of the latest comparison that sampled any for the run.
type savedAnswers struct {
	Weights      string        `json:"weights_sha256"`
	Adapter      string        `json:"adapter_sha256"`
	Date         string        `json:"date,omitempty"`             // that the chat template wrote
	Tokenizer    string        `json:"tokenizer_sha256,omitempty"` // with its chat template, if that is not the model's as it is
	MaxNewTokens int           `json:"max_new_tokens"`
	Temperature  float64       `json:"temperature,omitempty"`
	Seed         uint64        `json:"seed,omitempty"`
	Answers      []savedAnswer `json:"answers"`
}

// savedAnswer is a prompt with the answers without and with the run's adapter.
type savedAnswer struct {
	Prompt      string `json:"prompt"`
	Before      string `json:"before"`
	After       string `json:"after"`
	BeforeEnded bool   `json:"before_ended"`
	AfterEnded  bool   `json:"after_ended"`
}

// readSaved returns the replies to the prompts of want that are saved in a folder, [prompts] each. ok is false if one is
// missing, the file is damaged, or its model, adapter or options differ.
func readSaved(dir string, want savedAnswers) (base, ofRun []Reply, ok bool) {
	var saved savedAnswers
	raw, err := os.ReadFile(filepath.Join(dir, answersFile))
	if err != nil || json.Unmarshal(raw, &saved) != nil || !saved.sameSettings(want) {
		return nil, nil, false
	}
	for _, wanted := range want.Answers {
		i := slices.IndexFunc(saved.Answers, func(a savedAnswer) bool { return a.Prompt == wanted.Prompt })
		if i < 0 {
			return nil, nil, false
		}
		a := saved.Answers[i]
		base, ofRun = append(base, Reply{a.Before, a.BeforeEnded}), append(ofRun, Reply{a.After, a.AfterEnded})
	}
	return base, ofRun, true
}

func (s savedAnswers) sameSettings(want savedAnswers) bool {
	return s.Weights == want.Weights && s.Adapter == want.Adapter && s.Date == want.Date && s.Tokenizer == want.Tokenizer &&
		s.MaxNewTokens == want.MaxNewTokens && s.Temperature == want.Temperature && s.Seed == want.Seed
}

// write saves replies in a run's folder.
func (s savedAnswers) write(dir string, base, ofRun []Reply) error {
	for i := range s.Answers {
		a := &s.Answers[i]
		a.Before, a.BeforeEnded, a.After, a.AfterEnded = base[i].Text, base[i].Ended, ofRun[i].Text, ofRun[i].Ended
	}
	return atomicfile.WriteJSON(filepath.Join(dir, answersFile), s)
}
