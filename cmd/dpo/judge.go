package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/judge/modeljudge"
	"example.com/gonb-dpo/dpocore/rounds"
)

// judgeOptions are the flags that choose a judge.
type judgeOptions struct {
	who, by, model, keyEnv, criterion string
	calls                             int
	timeout                           time.Duration
}

// flags adds the flags.
func (o *judgeOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.who, "judge", "", "`judge` of the answers: words:N, model:NAME, endpoint:URL or person:FILE")
	f.StringVar(&o.by, "judge-by", modeljudge.Yes, "how a local model judges: "+strings.Join(modeljudge.Methods, " or "))
	f.StringVar(&o.model, "judge-model", "", "`name` of the endpoint's model")
	f.StringVar(&o.keyEnv, "judge-key-env", judge.DefaultKeyEnv, "environment `variable` with the endpoint's API key")
	f.StringVar(&o.criterion, "judge-criterion", judge.DefaultCriterion, "description of a good answer, for a judge that is a model")
	f.IntVar(&o.calls, "judge-calls", 0, "maximum number of calls to the endpoint; 0 prints the number needed and exits")
	f.DurationVar(&o.timeout, "judge-timeout", time.Minute, "timeout of a call to the endpoint")
}

// open creates the judge. free releases its model.
func (o *judgeOptions) open(ctx context.Context) (j judge.Judge, free func(), err error) {
	kind, rest, _ := strings.Cut(o.who, ":")
	switch {
	case kind == "words":
		words, err := strconv.Atoi(rest)
		if err != nil || words < 1 {
			return nil, nil, wrongUse(fmt.Errorf("the judge is %q; give a number of words, as in words:60", o.who))
		}
		return judge.Words(words), func() {}, nil
	case kind == "person" && rest != "":
		return judge.Person{File: rest}, func() {}, nil
	case kind == "endpoint":
		e := &judge.Endpoint{URL: rest, Model: o.model, KeyEnv: o.keyEnv, Criterion: o.criterion, MaxCalls: o.calls, Timeout: o.timeout}
		return e, func() {}, wrongUse(e.Validate())
	case kind == "model":
		model, err := openModel(ctx, rest)
		if err != nil {
			return nil, nil, err
		}
		j := modeljudge.Judge{Model: model, Method: o.by, Criterion: o.criterion, MaxLength: 2 * config.Default().MaxLength}
		return j, func() { model.Close() }, wrongUse(j.Validate())
	}
	return nil, nil, wrongUse(fmt.Errorf("the judge is %q; it may be words:N, model:NAME, endpoint:URL or person:FILE", o.who))
}

// allowed returns an error with the expected cost if the judge costs something and --judge-calls is not set.
func (o *judgeOptions) allowed(c rounds.Config, prompts rounds.Prompts, j judge.Judge) error {
	costly, ok := j.(judge.Costly)
	if !ok || o.calls > 0 {
		return nil
	}
	cost := c.JudgeCost(prompts, costly)
	return wrongUse(fmt.Errorf("judging by %s needs at most %s; allow it with --judge-calls %d", costly.Name(), cost, cost.Calls))
}
