package gonbext

import (
	"context"
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/lint"
)

// Lint looks for what is wrong with the pairs and says what to do about it: equal, contradicting and repeated pairs,
// held-out prompts that are trained on, lengths that give the answer away, answers that are cut at the 512 tokens of a
// run's default, and more. Training goes on whatever it finds.
func (p Pairs) Lint() {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		say("Looking at %d pairs", p.Len())
		o := lint.DefaultOptions()
		o.MaxLength = config.Default().MaxLength
		if model, err := baseModel(); err == nil { // without a model some rules are left out, and the report says so
			o.Encoder, o.Tokenizer = model.Chat, model.Tokenizer
		}
		return p.lint(ctx, o)
	})
}

func (p Pairs) lint(ctx context.Context, o lint.Options) (content, error) {
	if p.train == nil {
		return nil, fmt.Errorf("there are no pairs to look at; get some with gonbext.Load(\"builtin\")")
	}
	report, err := lint.Check(ctx, p.train, p.heldOut, o)
	if err != nil {
		return nil, err
	}
	return several{lintVerdict(report), findingsTable(report), paragraph(nothingFound(report))}, nil
}

// lintVerdict sums a report up.
func lintVerdict(r lint.Report) box {
	wrong, look := 0, 0
	for _, f := range r.Findings {
		switch f.Severity {
		case lint.Wrong:
			wrong++
		case lint.Look:
			look++
		}
	}
	switch {
	case wrong > 0:
		return box{noteBox, fmt.Sprintf("On these %d pairs %s to be mended before training, and %s worth a look.", r.Pairs, findingsAre(wrong), findingsAre(look))}
	case look > 0:
		return box{noteBox, fmt.Sprintf("Nothing is wrong with these %d pairs; %s worth a look.", r.Pairs, findingsAre(look))}
	default:
		return box{doneBox, fmt.Sprintf("Nothing is wrong with these %d pairs.", r.Pairs)}
	}
}

func findingsAre(n int) string {
	if n == 1 {
		return "1 finding is"
	}
	return fmt.Sprintf("%d findings are", n)
}

func findingsTable(r lint.Report) table {
	t := table{columns: []string{"", "rule", "found", "what to do", "examples"}}
	for _, f := range r.Findings {
		var examples []string
		for _, example := range f.Examples {
			examples = append(examples, example.Where+": "+example.Text)
		}
		t.rows = append(t.rows, []string{f.Severity.String(), f.Rule, f.Says, f.Advice, strings.Join(examples, "\n")})
	}
	return t
}

func nothingFound(r lint.Report) string {
	text := "Nothing found: " + strings.Join(r.Good, ", ") + "."
	if len(r.NotChecked) > 0 {
		text += " Not checked: " + strings.Join(r.NotChecked, "; ") + "."
	}
	return text
}
