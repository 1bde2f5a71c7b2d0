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

// judgeOptions say who judges.
type judgeOptions struct {
	who, by, model, keyEnv, criterion string
	calls                             int
	timeout                           time.Duration
}

func (o *judgeOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.who, "judge", "", "`who` judges: words:N, model:NAME, endpoint:URL or person:FILE")
	f.StringVar(&o.by, "judge-by", modeljudge.Yes, "how a local model judges: "+strings.Join(modeljudge.Ways, " or "))
	f.StringVar(&o.model, "judge-model", "", "the endpoint's model, by the `name` that its server knows it by")
	f.StringVar(&o.keyEnv, "judge-key-env", judge.DefaultKeyEnv, "environment `variable` with the endpoint's key")
	f.StringVar(&o.criterion, "judge-criterion", judge.DefaultCriterion, "what a good answer is, for a model that judges")
	f.IntVar(&o.calls, "judge-calls", 0, "allow so many calls to the endpoint; 0 says what they would be, and ends")
	f.DurationVar(&o.timeout, "judge-timeout", time.Minute, "longest wait for an answer of the endpoint")
}

// open makes the judge. free lets go of its model.
func (o *judgeOptions) open(ctx context.Context) (j judge.Judge, free func(), err error) {
	kind, rest, _ := strings.Cut(o.who, ":")
	switch {
	case kind == "words":
		words, err := strconv.Atoi(rest)
		if err != nil || words < 1 {
			return nil, nil, wrongUse(fmt.Errorf("the judge is %q; write the number of words as in words:60", o.who))
		}
		return judge.Words(words), func() {}, nil
	case kind == "person" && rest != "":
		return judge.Person{File: rest}, func() {}, nil
	case kind == "endpoint":
		e := &judge.Endpoint{URL: rest, Model: o.model, KeyEnv: o.keyEnv, Criterion: o.criterion, MostCalls: o.calls, Timeout: o.timeout}
		return e, func() {}, wrongUse(e.Validate())
	case kind == "model":
		model, err := openModel(ctx, rest)
		if err != nil {
			return nil, nil, err
		}
		j := modeljudge.Judge{Model: model, Way: o.by, Criterion: o.criterion, MaxLength: 2 * config.Default().MaxLength}
		return j, func() { model.Close() }, wrongUse(j.Validate())
	}
	return nil, nil, wrongUse(fmt.Errorf("the judge is %q; it may be words:N, model:NAME, endpoint:URL or person:FILE", o.who))
}

// allowed refuses a judge that costs something before its cost was allowed.
func (o *judgeOptions) allowed(c rounds.Config, prompts rounds.Prompts, j judge.Judge) error {
	costly, ok := j.(judge.Costly)
	if !ok || o.calls > 0 {
		return nil
	}
	cost := c.JudgeCost(prompts, costly)
	return wrongUse(fmt.Errorf("judging by %s takes %s at most; --judge-calls %d allows it", costly.Name(), cost, cost.Calls))
}
