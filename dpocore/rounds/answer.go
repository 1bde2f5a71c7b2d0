package rounds

import (
	"context"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/internal/finite"
)

// answeredPrompt is a prompt with a model's answers: a line of answers-N.jsonl.
type answeredPrompt struct {
	Prompt  string              `json:"prompt"`
	Seed    uint64              `json:"seed"`
	Answers []evaluation.Answer `json:"answers"`
}

// question is what the judge scores: the answers that are not empty.
func (a answeredPrompt) question() judge.Question {
	q := judge.Question{Prompt: a.Prompt}
	for _, answer := range a.Answers {
		if text := strings.TrimSpace(answer.Text); text != "" {
			q.Answers = append(q.Answers, text)
		}
	}
	return q
}

// makePairs returns the pairs from the model's answers of a round, and the files of answers, scores and pairs.
func (r *runner) makePairs(ctx context.Context, round int) (set *preference.Set, files []string, err error) {
	path := func(name string) string { return filepath.Join(r.dir, fmt.Sprintf("%s-%d.jsonl", name, round)) }
	prompts := r.prompts.of(round, r.config)
	answers, err := r.answer(ctx, path("answers"), prompts, r.adapter, fmt.Sprintf("answering the prompts of round %d", round))
	if err != nil {
		return nil, nil, err
	}
	scores, err := r.score(ctx, path("scores"), path("answers"), round, answers)
	if err != nil {
		return nil, nil, err
	}
	if err := r.writePairs(path("pairs"), round, answers, scores); err != nil {
		return nil, nil, err
	}
	r.noteCut(round, answers)
	set, err = pairfile.ReadFile(path("pairs"))
	return set, []string{path("answers"), path("scores"), path("pairs")}, err
}

// answer answers the prompts that have no answers in the file yet, and returns all answers. what describes the work to the
// listener.
func (r *runner) answer(ctx context.Context, path string, prompts []string, adapter, what string) ([]answeredPrompt, error) {
	file, err := openJournal[answeredPrompt](path)
	if err != nil {
		return nil, err
	}
	defer file.close()
	for i, answered := range file.list {
		if i >= len(prompts) || answered.Prompt != prompts[i] {
			return nil, fmt.Errorf("%s, line %d answers a different prompt; give the same prompts as before, or remove the file", path, i+1)
		}
	}
	if len(file.list) == len(prompts) {
		return file.list, nil
	}
	answerer, err := generate.NewAnswerer(r.model, adapter)
	if err != nil {
		return nil, err
	}
	defer func() { r.model.Work.WhenIdle(answerer.Close) }()
	for i := len(file.list); i < len(prompts); i++ {
		r.listener.Progress(what, i, len(prompts))
		answered := answeredPrompt{Prompt: prompts[i], Seed: r.seedOf(path, i)}
		answered.Answers, err = device.Await(ctx, &r.model.Work, func() ([]evaluation.Answer, error) {
			return answerer.Sample(ctx, preference.User(prompts[i]), r.config.sampling(answered.Seed))
		})
		if err != nil {
			return nil, err
		}
		if err := file.add(answered); err != nil {
			return nil, err
		}
	}
	r.listener.Progress(what, len(prompts), len(prompts))
	return file.list, nil
}

// seedOf derives the seed of the answers to a prompt from the seed of the run, the name of the file and the prompt's index.
func (r *runner) seedOf(path string, index int) uint64 {
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%d %s %d", r.config.Train.Seed, filepath.Base(path), index) // writing to a hash never fails
	return sum.Sum64()
}

// writePairs makes pairs from scored answers and writes them to a file, atomically.
func (r *runner) writePairs(path string, round int, answers []answeredPrompt, scores map[int][]float64) error {
	var pairs []preference.Pair
	for i, answered := range answers {
		var list []preference.Scored
		q := answered.question()
		for k, score := range scores[i] {
			if finite.Is(score) {
				list = append(list, preference.Scored{Answer: q.Answers[k], Score: score})
			}
		}
		if len(list) < 2 {
			continue
		}
		made, err := preference.FromScores(preference.User(answered.Prompt), list, r.config.pairing())
		if err != nil {
			return fmt.Errorf("make pairs from the answers to %q: %w", answered.Prompt, err)
		}
		pairs = append(pairs, made...)
	}
	if len(pairs) == 0 {
		return fmt.Errorf("the answers of round %d make no pair, because %s scored none above another; use more or other prompts, or raise the temperature (now %g)",
			round, r.judge.Name(), r.config.Temperature)
	}
	return pairfile.WriteFile(path, pairs)
}

// noteCut notes how many answers were cut at the maximum length. In a pair, such an answer teaches the model when to end.
func (r *runner) noteCut(round int, answers []answeredPrompt) {
	cut, total := 0, 0
	for _, answered := range answers {
		for _, answer := range answered.Answers {
			if total++; !answer.Ended {
				cut++
			}
		}
	}
	if cut > 0 {
		r.listener.Note(fmt.Sprintf("%d of the %d answers of round %d were cut at %d tokens; a pair with such an answer teaches the model to end there, or not to. Raise the maximum length of answers to cut fewer.", cut, total, round, r.config.MaxTokens))
	}
}
