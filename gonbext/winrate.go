package gonbext

import (
	"context"
	"errors"
	"fmt"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/judge"
)

// WinRate has a judge of your choice compare the answers that [Fluency] has sampled: how often a run's answer beats the
// base model's. A judge is a function of your own (judge.Func), or any other of package judge. Each pair of answers is
// judged in both orders.
func WinRate(dir string, by judge.Judge) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		report, ok, err := evaluation.ReadReport(dir)
		if err != nil {
			return nil, err
		}
		if !ok || report.Answers == nil {
			return nil, fmt.Errorf("no answers were sampled of %q; run gonbext.Fluency on it first", dir)
		}
		if by == nil {
			return nil, errors.New("there is no judge; judge.Words(80), which prefers answers of about 80 words, is a simple one")
		}
		rate, err := evaluation.WinRateOf(ctx, judge.Better(by), report.Answers.Answers, func(done, total int) { say("Judging answer %d of %d", min(done+1, total), total) })
		if err != nil {
			return nil, err
		}
		report.WinRate = &rate
		rows := reported{report}.content()[0].(table)
		rows.caption, rows.rows = "The answers of "+dir+", judged by "+by.Name(), rows.rows[len(rows.rows)-1:]
		return rows, report.Write(dir)
	})
}
