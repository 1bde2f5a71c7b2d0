package pairfile

import (
	"encoding/json"
	"fmt"
	"io"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/atomicfile"
)

// A writtenTurn is a turn as it is written.
type writtenTurn struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// A line is a pair as it is written.
type line struct {
	Prompt        any      `json:"prompt"`
	Chosen        any      `json:"chosen,omitempty"`
	Rejected      any      `json:"rejected,omitempty"`
	Completion    any      `json:"completion,omitempty"` // of a single answer, with its label
	Label         *bool    `json:"label,omitempty"`
	Objective     string   `json:"objective,omitempty"`
	Weight        *float64 `json:"weight,omitempty"`
	ScoreChosen   *float64 `json:"score_chosen,omitempty"`
	ScoreRejected *float64 `json:"score_rejected,omitempty"`
}

// WriteFile atomically writes pairs as JSON Lines. Prompts and answers are texts if each prompt is a single turn of the user,
// and otherwise turns.
func WriteFile(path string, pairs []preference.Pair) error {
	for i := range pairs {
		if prompt := pairs[i].Prompt; len(prompt) != 1 || prompt[0].Role != "user" {
			return WriteTurns(path, pairs)
		}
	}
	return write(path, pairs, func(pair *preference.Pair) line {
		return answered(pair, pair.PromptText(), func(answer string) any { return answer })
	})
}

// WriteTurns is WriteFile, but always writes turns. They can be read in one way only: no text can be taken for a transcript.
func WriteTurns(path string, pairs []preference.Pair) error {
	return write(path, pairs, func(pair *preference.Pair) line {
		prompt := make([]writtenTurn, len(pair.Prompt))
		for i, turn := range pair.Prompt {
			prompt[i] = writtenTurn(turn)
		}
		return answered(pair, prompt, func(answer string) any { return []writtenTurn{{"assistant", answer}} })
	})
}

// answered is a line with the pair's answers, as a function makes them.
func answered(pair *preference.Pair, prompt any, as func(answer string) any) line {
	if !pair.Single {
		return line{Prompt: prompt, Chosen: as(pair.Chosen), Rejected: as(pair.Rejected)}
	}
	good := pair.Chosen != ""
	return line{Prompt: prompt, Completion: as(pair.Chosen + pair.Rejected), Label: &good}
}

// write writes a line for each pair, whose texts a function returns.
func write(path string, pairs []preference.Pair, texts func(*preference.Pair) line) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		for i := range pairs {
			pair := &pairs[i]
			l := texts(pair)
			l.Objective = pair.Objective
			if pair.LossWeight() != 1 {
				l.Weight = &pair.Weight
			}
			if pair.Scores != nil {
				l.ScoreChosen, l.ScoreRejected = &pair.Scores[0], &pair.Scores[1]
			}
			if err := encoder.Encode(l); err != nil {
				return fmt.Errorf("pair %d: %w", i+1, err)
			}
		}
		return nil
	})
}
