package gpureport

import (
	"context"
	"fmt"
	"time"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
)

// answerTokens is the length of the answers.
const answerTokens = 64

// answered is what a process that answers measures.
type answered struct {
	First float64   `json:"first"` // seconds to the first token, with compiling
	Speed []float64 `json:"speed"` // tokens per second, of one answer and of four side by side
	Text  string    `json:"text"`
}

// answer answers a question greedily, alone and with four samples.
func answer(ctx context.Context, t task) (found answered, err error) {
	started := time.Now()
	m, err := model.Open(t.Model)
	if err != nil {
		return found, err
	}
	defer m.Close()
	answerer, err := generate.NewAnswerer(m, "")
	if err != nil {
		return found, err
	}
	defer answerer.Close()
	question := preference.User("Explain in a few sentences why the sky is blue.")
	for _, samples := range []int{1, 4} {
		o := generate.Options{MaxNewTokens: answerTokens, TopP: 1, Samples: samples}
		first := true
		warmUp := func(int, string) {
			if first && samples == 1 {
				found.First = time.Since(started).Seconds()
			}
			first = false
		}
		if _, err := answerer.Answer(ctx, question, o, warmUp); err != nil { // compiles
			return found, err
		}
		begun := time.Now()
		texts, err := answerer.Answer(ctx, question, o, nil)
		if err != nil {
			return found, err
		}
		taken, tokens := time.Since(begun).Seconds(), 0
		for _, text := range texts {
			ids, err := m.Tokenizer.Encode(text)
			if err != nil {
				return found, err
			}
			tokens += len(ids)
		}
		found.Speed, found.Text = append(found.Speed, float64(tokens)/taken), texts[0]
	}
	return found, nil
}

// examineAnswers measures how fast the model answers.
func examineAnswers(ctx context.Context, r *reporter) finding {
	var a answered
	if err := r.child(ctx, task{Name: "answers", Model: r.Model}, &a, r.withCache()...); err != nil {
		return fault(err, "Training does not depend on it; dpo generate --prompt Hello shows the same message.")
	}
	f := finding{state: measured, summary: fmt.Sprintf("%.0f tokens per second for one answer, %.0f for four side by side.", a.Speed[0], a.Speed[1])}
	f.table = [][]string{{"what", "value"}, {"start to the first token, with compiling", seconds(a.First)}, {"the answer", oneLine(a.Text)}}
	return f
}
