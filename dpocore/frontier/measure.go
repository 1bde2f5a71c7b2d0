package frontier

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/finite"
	"example.com/gonb-dpo/internal/wording"
)

// answer is a sampled answer with the judge's score.
type answer struct {
	evaluation.Answer
	Score float64 `json:"score"` // NaN if the judge has none
}

// MarshalJSON implements [json.Marshaler]: an answer without a score has null.
func (a answer) MarshalJSON() ([]byte, error) {
	score := &a.Score
	if !finite.Is(a.Score) {
		score = nil
	}
	return json.Marshal(struct {
		evaluation.Answer
		Score *float64 `json:"score"`
	}{a.Answer, score})
}

// savedAnswers is a file of answers, which are scored when they are read.
type savedAnswers struct {
	Adapter string     `json:"adapter_sha256"` // "" for the model alone
	Answers [][]answer `json:"answers"`        // [prompts][samples]
}

// answers samples and scores a model's answers to the prompts, or reads and scores those that are there. dir is its adapter's, "" for none.
func (r *runner) answers(ctx context.Context, dir, who string) ([][]answer, error) {
	path := filepath.Join(r.dir, "answers-base.json")
	var want, have savedAnswers
	if dir != "" {
		path = filepath.Join(r.dir, "answers-"+filepath.Base(dir)+".json")
		var err error
		if want.Adapter, err = adapter.Hash(dir); err != nil {
			return nil, err
		}
	}
	if raw, err := os.ReadFile(path); err == nil && json.Unmarshal(raw, &have) == nil && have.Adapter == want.Adapter && r.usable(have.Answers) {
		want.Answers = have.Answers
	}
	for i, list := range want.Answers {
		if err := r.score(ctx, r.prompts[i], list); err != nil {
			return nil, err
		}
	}
	if len(want.Answers) == len(r.prompts) {
		return want.Answers, nil
	}
	err := r.sample(ctx, dir, who, path, &want)
	return want.Answers, err
}

// sample adds answers to the prompts that have none, and writes the file after each prompt, so that a call that is stopped loses one.
func (r *runner) sample(ctx context.Context, dir, who, path string, saved *savedAnswers) error {
	answerer, err := generate.NewAnswerer(r.model, dir)
	if err != nil {
		return err
	}
	defer answerer.Close()
	var warm time.Time // since the first prompt, which waits for the compiler, is answered
	timed := 0
	for i := len(saved.Answers); i < len(r.prompts); i++ {
		r.listener.Progress("answers of "+who, i, len(r.prompts))
		sampled, err := answerer.Sample(ctx, r.prompts[i], r.config.sampling())
		if err != nil {
			return err
		}
		if timed++; timed == 1 {
			warm = time.Now()
		}
		list := make([]answer, len(sampled))
		for k, a := range sampled {
			list[k].Answer = a
		}
		if err := r.score(ctx, r.prompts[i], list); err != nil {
			return err
		}
		saved.Answers = append(saved.Answers, list)
		if err := atomicfile.WriteJSON(path, saved); err != nil {
			return err
		}
	}
	if dir == "" && timed > 1 {
		r.answering = time.Since(warm) / time.Duration(timed-1)
	}
	r.listener.Progress("answers of "+who, len(r.prompts), len(r.prompts))
	return nil
}

// usable reports whether there are answers to the first prompts, as many to each as the settings ask for.
func (r *runner) usable(answers [][]answer) bool {
	return len(answers) <= len(r.prompts) && !slices.ContainsFunc(answers, func(list []answer) bool { return len(list) != r.config.Samples })
}

// score sets the judge's scores of the answers to a prompt.
func (r *runner) score(ctx context.Context, prompt []preference.Turn, answers []answer) error {
	texts := make([]string, len(answers))
	for k, a := range answers {
		texts[k] = strings.TrimSpace(a.Text)
	}
	pair := preference.Pair{Prompt: prompt}
	scores, err := r.judge.Scores(ctx, pair.PromptText(), texts)
	if err != nil {
		return err
	}
	if len(scores) != len(texts) {
		return fmt.Errorf("%s gave %s for %s to %q", r.judge.Name(), wording.Count(len(scores), "score"), wording.Count(len(texts), "answer"), pair.PromptText())
	}
	for k := range answers {
		answers[k].Score = scores[k]
	}
	return nil
}

// point summarizes a method's answers. Intervals are over prompts. Answers without a score, such as empty ones, are left out.
func (r *runner) point(m Method, answers [][]answer) (Point, error) {
	var prompts, changed []int
	var scores, changes []float64
	p, count := Point{Method: m}, 0.
	for i, list := range answers {
		for _, a := range list {
			count, p.Tokens = count+1, p.Tokens+float64(a.Tokens)
			if a.Ended {
				p.Ended++
			}
			if finite.Is(a.Score) {
				prompts, scores = append(prompts, i), append(scores, a.Score)
			}
		}
		if change := finite.Mean(scoresOf(list)) - finite.Mean(scoresOf(r.base[i])); finite.Is(change) {
			changed, changes = append(changed, i), append(changes, change)
		}
	}
	if len(changes) == 0 {
		return p, fmt.Errorf("%s has no score for the answers of %s to any prompt, or none for those of the model alone; choose another judge, or train for fewer steps", r.judge.Name(), p.Name())
	}
	p.Tokens, p.Ended, p.Unscored = p.Tokens/count, p.Ended/count, int(count)-len(scores)
	p.Score, p.Change = statistics.Mean(prompts, scores), statistics.Mean(changed, changes)
	return p, nil
}

func scoresOf(list []answer) (scores []float64) {
	for _, a := range list {
		scores = append(scores, a.Score)
	}
	return scores
}

// measureDivergence measures the divergence from the model on the method's own answers: the expectation over its answers of the
// divergence of each token's distribution, summed, is that of whole answers.
func (r *runner) measureDivergence(ctx context.Context, dir string, answers [][]answer, p *Point) error {
	set := &preference.Set{Source: "the answers of " + p.Method.String()}
	for i, list := range answers {
		for k := 0; k+1 < len(list); k += 2 {
			pair := preference.Pair{Prompt: r.prompts[i], Chosen: list[k].Text, Rejected: list[k+1].Text, Source: set.Source, Line: len(set.Pairs)}
			if strings.TrimSpace(pair.Chosen) != "" && strings.TrimSpace(pair.Rejected) != "" {
				set.Pairs = append(set.Pairs, pair)
			}
		}
	}
	if len(set.Pairs) == 0 {
		return fmt.Errorf("all answers of %s are empty, so that its divergence can't be measured; train it for fewer steps or at a lower learning rate", p.Method)
	}
	pairs, err := r.measured(ctx, dir, set, "divergence of "+p.Method.String())
	if err != nil {
		return err
	}
	var prompts []int
	var values []float64
	for _, pair := range pairs {
		prompts, values = append(prompts, pair.Prompt), append(values, pair.KL/2)
	}
	p.KL = statistics.Mean(prompts, values)
	return nil
}

// measureAccuracy measures how often the method ranks held-out pairs as the judge does.
func (r *runner) measureAccuracy(ctx context.Context, dir string, p *Point) error {
	pairs, err := r.measured(ctx, dir, r.data.HeldOut, "held-out pairs of "+p.Method.String())
	if err != nil {
		return err
	}
	figures, err := evaluation.SummarizeSeeds([][]evaluation.Pair{pairs})
	p.Accuracy = figures.Accuracy
	return err
}

func (r *runner) measured(ctx context.Context, dir string, set *preference.Set, what string) ([]evaluation.Pair, error) {
	pairs, _, err := measure.Evaluate(ctx, r.model, dir, set, r.config.Train.MaxLength, func(done, total int) { r.listener.Progress(what, done, total) })
	return pairs, err
}
