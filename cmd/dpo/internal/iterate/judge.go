package iterate

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/judge/modeljudge"
	"example.com/gonb-dpo/dpocore/rounds"
)

// JudgeOptions are the flags that choose a judge.
type JudgeOptions struct {
	Judge         string // kind and argument, such as words:60
	Method        string // how a local model judges
	Model, KeyEnv string // of an endpoint
	Criterion     string // description of a good answer, for a judge that is a model
	MaxCalls      int
	Timeout       time.Duration
}

// open creates the judge. free releases its model.
func (o *JudgeOptions) open(ctx context.Context) (j judge.Judge, free func(), err error) {
	if computed, ok, err := judge.Parse(o.Judge); ok {
		return computed, func() {}, exit.WrongUse(err)
	}
	kind, rest, _ := strings.Cut(o.Judge, ":")
	switch {
	case kind == "person" && rest != "":
		return judge.Person{File: rest}, func() {}, nil
	case kind == "endpoint":
		e := &judge.Endpoint{URL: rest, Model: o.Model, KeyEnv: o.KeyEnv, Criterion: o.Criterion, MaxCalls: o.MaxCalls, Timeout: o.Timeout}
		return e, func() {}, exit.WrongUse(e.Validate())
	case kind == "model":
		model, err := open.Model(ctx, rest)
		if err != nil {
			return nil, nil, err
		}
		model.Note = func(text string) { fmt.Fprintln(os.Stderr, "note:", text) }
		j := modeljudge.Judge{Model: model, Method: o.Method, Criterion: o.Criterion, MaxLength: 2 * config.Default().MaxLength}
		return j, func() { model.Close() }, exit.WrongUse(j.Validate())
	}
	return nil, nil, exit.WrongUse(fmt.Errorf("the judge is %q; it may be words:N, plain, lexicon:WORDS, model:NAME, endpoint:URL or person:FILE", o.Judge))
}

// allowed returns an error with the expected cost if the judge costs something and --judge-calls is not set.
func (o *JudgeOptions) allowed(c rounds.Config, prompts rounds.Prompts, j judge.Judge) error {
	costly, ok := j.(judge.Costly)
	if !ok || o.MaxCalls > 0 {
		return nil
	}
	cost := c.JudgeCost(prompts, costly)
	return exit.WrongUse(fmt.Errorf("judging by %s needs at most %s; allow it with --judge-calls %d", costly.Name(), cost, cost.Calls))
}
