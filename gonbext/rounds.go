package gonbext

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/judge/modeljudge"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/plots"
)

// Rounds trains in rounds, into a folder: round 1 on pairs; before each further one the model that came out of the round
// before answers new prompts, a judge scores the answers, and the round trains on the pairs that follow. Each round is
// shown live, as [Train] shows it, and says from what it learns and against which reference. Answers to the check prompts
// are judged before the first round and after each.
//
// The stop button loses nothing, and the same cell goes on; so it does when a person has to judge first.
func Rounds(dir string, c rounds.Config, p Pairs, prompts rounds.Prompts, j judge.Judge) {
	cell(func(ctx context.Context) error { return trainRounds(ctx, dir, c, p, prompts, j) })
}

// By is a judge that scores answers by a function: the greater, the better. Give it another label when the function
// changes.
func By(label string, score func(prompt, answer string) float64) judge.Judge {
	return judge.Func{Label: label, Score: score}
}

// ByReader is a judge who ranks: Rounds puts the answers into a file, [Rank] shows them, and Rounds goes on when they are
// ranked.
func ByReader(file string) judge.Judge { return judge.Person{File: file} }

// ByModel is a local model that judges: a folder, a GGUF file, or a name on the hub. It is asked whether an answer is
// good. Small models can hardly tell.
func ByModel(name string) (j judge.Judge) {
	cell(func(context.Context) error {
		model, err := model.Open(name)
		if err != nil {
			return err
		}
		j = modeljudge.Judge{Model: model, Way: modeljudge.Yes, MaxLength: 2 * config.Default().MaxLength}
		return nil
	})
	return j
}

// ByEndpoint is a model behind an OpenAI-compatible interface, such as "http://localhost:8080/v1". It may be called so
// many times at most; with 0, [Rounds] says what it would take, and ends. A key is read from the environment variable
// OPENAI_API_KEY.
func ByEndpoint(url, model string, calls int) (j judge.Judge) {
	cell(func(context.Context) error {
		e := &judge.Endpoint{URL: url, Model: model, MostCalls: calls}
		j = e
		return e.Validate()
	})
	return j
}

// JudgeCost says what the judging of all rounds takes at most, and asks nobody.
func JudgeCost(c rounds.Config, prompts rounds.Prompts, j judge.Judge) {
	cell(func(context.Context) error {
		costly, ok := j.(judge.Costly)
		if !ok {
			show(box{doneBox, "This judge costs nothing but time."})
			return nil
		}
		show(box{noteBox, fmt.Sprintf("Judging all rounds by %s takes %s at most.", j.Name(), c.JudgeCost(prompts, costly))})
		return nil
	})
}

func trainRounds(ctx context.Context, dir string, c rounds.Config, p Pairs, prompts rounds.Prompts, j judge.Judge) error {
	switch {
	case p.train == nil:
		return errors.New("there are no pairs for round 1; get some with gonbext.Load(\"builtin\")")
	case j == nil:
		return errors.New("there is no judge; give one, such as gonbext.By(\"short\", a function)")
	}
	if err := c.Validate(); err != nil {
		return err
	}
	if e, ok := j.(*judge.Endpoint); ok && e.MostCalls == 0 {
		cost := c.JudgeCost(prompts, e)
		return fmt.Errorf("judging by %s takes %s at most; allow it by the number of calls, %d", e.Name(), cost, cost.Calls)
	}
	short := roundsView{id: "dpo-rounds-" + gonbui.UniqueId(), dir: dir}
	if err := short.limit(&c); err != nil {
		return err
	}
	model, err := baseModel()
	if err != nil {
		return err
	}
	record, err := rounds.Run(ctx, model, dir, c, p.data(), prompts, j, &short)
	if closed := short.close(err); err == nil {
		err = closed
	}
	short.put("")
	var waits *rounds.Waiting
	if person, ok := j.(judge.Person); ok && errors.As(err, &waits) {
		show(box{noteBox, fmt.Sprintf("The answers to %s of round %d wait for you: rank them with gonbext.Rank(%q), then run this cell again.", counted(waits.Prompts, "prompt"), waits.Round, person.File)})
		return nil
	}
	if err != nil {
		return err
	}
	return showRounds(dir, record)
}

// showRounds tells of finished rounds.
func showRounds(dir string, record rounds.Record) error {
	t := table{caption: "The rounds in " + dir, columns: []string{"round", "pairs", "from what, and against which reference"}}
	for _, done := range record.Done {
		t.rows = append(t.rows, []string{strconv.Itoa(done.Round), strconv.Itoa(done.Pairs), done.Says})
	}
	if len(record.Checked) == 0 {
		show(t)
		return nil
	}
	scores := table{caption: "Answers to the check prompts, judged by " + record.Judge, columns: []string{"model", "mean score", "answers", "ended by themselves"}}
	var rounds, means []float64
	for _, c := range record.Checked {
		who := fmt.Sprintf("of round %d", c.Round)
		if c.Round == 0 {
			who = "before round 1"
		}
		scores.rows = append(scores.rows, []string{who, fmt.Sprintf("%.3g", c.Score), strconv.Itoa(c.Answers), fmt.Sprintf("%.0f %%", 100*c.Ended)})
		rounds, means = append(rounds, float64(c.Round)), append(means, c.Score)
	}
	show(several{t, scores})
	return showAndKeep(plots.Scores(record.Judge, rounds, means), dir)
}
