package rounds

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/train"
)

// answeredPrompt is a prompt with what a model has said to it: a line of the files of answers.
type answeredPrompt struct {
	Prompt  string              `json:"prompt"`
	Seed    uint64              `json:"seed"`
	Answers []evaluation.Answer `json:"answers"`
}

// question is what the judge is asked: the answers that say something, and which they are.
func (a answeredPrompt) question() (q judge.Question, which []int) {
	q.Prompt = a.Prompt
	for i, answer := range a.Answers {
		if text := strings.TrimSpace(answer.Text); text != "" {
			q.Answers, which = append(q.Answers, text), append(which, i)
		}
	}
	return q, which
}

// ownPairs are the pairs of a round's own answers, and the files that they were made of and written to.
func (r *runner) ownPairs(ctx context.Context, round int) (set *preference.Set, files []string, err error) {
	path := func(what string) string { return filepath.Join(r.dir, fmt.Sprintf("%s-%d.jsonl", what, round)) }
	prompts := r.prompts.of(round, r.config.Prompts)
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

// answer has a model answer prompts that it has not answered yet.
func (r *runner) answer(ctx context.Context, path string, prompts []string, adapter, what string) ([]answeredPrompt, error) {
	file, err := openJournal[answeredPrompt](path)
	if err != nil {
		return nil, err
	}
	defer file.close()
	for i, answered := range file.list {
		if i >= len(prompts) || answered.Prompt != prompts[i] {
			return nil, fmt.Errorf("%s, line %d answers another prompt; give the prompts of before, or remove the file", path, i+1)
		}
	}
	if len(file.list) == len(prompts) {
		return file.list, nil
	}
	answerer, err := generate.NewAnswerer(r.model, adapter)
	if err != nil {
		return nil, err
	}
	defer func() { r.model.Work.Finish(answerer.Close) }()
	for i := len(file.list); i < len(prompts); i++ {
		r.listener.Doing(what, i, len(prompts))
		one := answeredPrompt{Prompt: prompts[i], Seed: r.seedOf(path, i)}
		one.Answers, err = device.Await(ctx, &r.model.Work, func() ([]evaluation.Answer, error) {
			return answerer.Sample(ctx, preference.User(prompts[i]), r.config.options(one.Seed))
		})
		if err != nil {
			return nil, err
		}
		if err := file.add(one); err != nil {
			return nil, err
		}
	}
	r.listener.Doing(what, len(prompts), len(prompts))
	return file.list, nil
}

// seedOf is the seed of the answers to a prompt: it follows from the rounds' seed and the answers' file and place.
func (r *runner) seedOf(path string, place int) uint64 {
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%d %s %d", r.config.Train.Seed, filepath.Base(path), place) // a hash never fails to take bytes
	return sum.Sum64()
}

// writePairs makes pairs of scored answers and writes them, the whole file or nothing.
func (r *runner) writePairs(path string, round int, answers []answeredPrompt, scores map[int][]float64) error {
	var pairs []preference.Pair
	for i, answered := range answers {
		var list []preference.Scored
		q, _ := answered.question()
		for at, score := range scores[i] {
			if train.finite(score) {
				list = append(list, preference.Scored{Answer: q.Answers[at], Score: score})
			}
		}
		if len(list) < 2 {
			continue
		}
		own, err := preference.FromScores(preference.User(answered.Prompt), list, r.config.list())
		if err != nil {
			return fmt.Errorf("make pairs of the answers to %q: %w", answered.Prompt, err)
		}
		pairs = append(pairs, own...)
	}
	if len(pairs) == 0 {
		return fmt.Errorf("no pair follows from the answers of round %d: %s found none better than another; ask more or other prompts, or raise the temperature (it is %g)",
			round, r.judge.Name(), r.config.Temperature)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		for _, pair := range pairs {
			line := struct {
				Prompt   string `json:"prompt"`
				Chosen   string `json:"chosen"`
				Rejected string `json:"rejected"`
			}{pair.Prompt[0].Content, pair.Chosen, pair.Rejected}
			if err := encoder.Encode(line); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteCut says how many answers did not end by themselves: as pairs they teach to end there.
func (r *runner) noteCut(round int, answers []answeredPrompt) {
	cut, all := 0, 0
	for _, answered := range answers {
		for _, answer := range answered.Answers {
			if all++; !answer.Ended {
				cut++
			}
		}
	}
	if cut > 0 {
		r.listener.Note(fmt.Sprintf("%d of the %d answers of round %d were cut at %d tokens; a pair with such an answer teaches the model to end there, or not to. A greater length cuts fewer.", cut, all, round, r.config.MaxTokens))
	}
}
