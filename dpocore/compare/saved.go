package compare

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/internal/atomicfile"
)

const answersFile = "answers.json"

// keptAnswers is answers.json in a run's folder: those of the last comparison that asked.
type keptAnswers struct {
	Weights      string       `json:"weights_sha256"`
	Adapter      string       `json:"adapter_sha256"`
	MaxNewTokens int          `json:"max_new_tokens"`
	Temperature  float64      `json:"temperature,omitempty"`
	Seed         uint64       `json:"seed,omitempty"`
	Answers      []keptAnswer `json:"answers"`
}

// keptAnswer is what is said to a prompt without and with the run's adapter.
type keptAnswer struct {
	Prompt      string `json:"prompt"`
	Before      string `json:"before"`
	After       string `json:"after"`
	BeforeEnded bool   `json:"before_ended"`
	AfterEnded  bool   `json:"after_ended"`
}

// readAnswers finds the wanted answers among those that a folder keeps; ok is false where one is missing, the file is
// damaged, or its answers are by another model or adapter, or in another setting.
func readAnswers(dir string, want keptAnswers) (base, own []Said, ok bool) {
	var kept keptAnswers
	raw, err := os.ReadFile(filepath.Join(dir, answersFile))
	if err != nil || json.Unmarshal(raw, &kept) != nil || !kept.sameSetting(want) {
		return nil, nil, false
	}
	for _, wanted := range want.Answers {
		at := slices.IndexFunc(kept.Answers, func(a keptAnswer) bool { return a.Prompt == wanted.Prompt })
		if at < 0 {
			return nil, nil, false
		}
		a := kept.Answers[at]
		base, own = append(base, Said{a.Before, a.BeforeEnded}), append(own, Said{a.After, a.AfterEnded})
	}
	return base, own, true
}

func (k keptAnswers) sameSetting(want keptAnswers) bool {
	return k.Weights == want.Weights && k.Adapter == want.Adapter &&
		k.MaxNewTokens == want.MaxNewTokens && k.Temperature == want.Temperature && k.Seed == want.Seed
}

// write keeps answers in a run's folder.
func (k keptAnswers) write(dir string, base, own []Said) error {
	for i := range k.Answers {
		a := &k.Answers[i]
		a.Before, a.BeforeEnded, a.After, a.AfterEnded = base[i].Text, base[i].Ended, own[i].Text, own[i].Ended
	}
	raw, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(dir, answersFile), append(raw, '\n'))
}
