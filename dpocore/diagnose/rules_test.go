package diagnose

import (
	"math"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
)

// ruleCases has synthetic runs for each rule: at least two that it must report and at least two that it must not. The healthy
// run is added to the latter for every rule.
var ruleCases = map[string]struct{ reported, silent map[string]func(*Run) }{
	"too short": {
		reported: map[string]func(*Run){
			"four steps": func(r *Run) { r.History.Steps = r.History.Steps[:4] },
			"no steps":   func(r *Run) { r.History.Steps = nil },
		},
		silent: map[string]func(*Run){"ten steps": func(r *Run) { r.History.Steps = r.History.Steps[:10] }},
	},
	"not learning": {
		reported: map[string]func(*Run){
			"flat": func(r *Run) {
				r.each(func(progress float64, e *metrics.Event) {
					e.Loss, e.RewardsMargins = 0.693-0.0005*progress, 0.001*progress
				})
			},
			"noise around 0.693": func(r *Run) {
				r.each(func(progress float64, e *metrics.Event) {
					e.Loss, e.RewardsMargins = 0.693+0.01*math.Sin(40*progress), 0.005*math.Sin(40*progress)
				})
			},
		},
		silent: map[string]func(*Run){"IPO at its target": func(r *Run) { // a margin of 1/(2β), 0.01 nats at beta 50
			r.Settings.Config.LossType, r.Settings.Config.Beta = "ipo", 50
			r.each(func(progress float64, e *metrics.Event) {
				e.Loss, e.RewardsMargins = 1e-4*(1-progress), 0.5*progress
			})
		}, "slow but steady": func(r *Run) {
			r.each(func(progress float64, e *metrics.Event) {
				e.Loss, e.RewardsMargins = 0.693-0.03*progress, 0.06*progress
			})
		}, "slow with a small beta": func(r *Run) { // gap of 0.5 nats
			r.Settings.Config.Beta = 0.01
			r.each(func(progress float64, e *metrics.Event) {
				e.Loss, e.RewardsMargins = 0.693-0.0025*progress, 0.005*progress
			})
		}},
	},
	"diverged": {
		reported: map[string]func(*Run){
			"rising": func(r *Run) { r.each(func(progress float64, e *metrics.Event) { e.Loss = 0.693 + 2*progress }) },
			"a fork": func(r *Run) {
				r.History.ForkedAt = 25
				r.each(func(progress float64, e *metrics.Event) { e.Loss = 0.2 + 3*progress })
			},
			"NaN": func(r *Run) {
				r.each(func(progress float64, e *metrics.Event) {
					if e.Loss = 0.69; progress > 0.6 {
						e.Loss = math.NaN()
					}
				})
			},
		},
		silent: map[string]func(*Run){
			"a temporary peak": func(r *Run) { r.History.Steps[20].Loss = 3 },
			"IPO's noise":      func(r *Run) { r.each(func(progress float64, e *metrics.Event) { e.Loss = 25 + 0.3*progress }) },
			"a fork with another beta, whose loss is higher": func(r *Run) {
				r.History.ForkedAt = 25
				r.each(func(progress float64, e *metrics.Event) {
					if e.Step > 25 {
						e.Loss = 4 - progress
					}
				})
			},
		},
	},
	"held-out pairs trained on": {
		reported: map[string]func(*Run){
			"one":        func(r *Run) { r.Pairs[7].Trained = true },
			"the latter": func(r *Run) { r.Pairs[58].Trained, r.Pairs[59].Trained = true, true },
		},
		silent: map[string]func(*Run){"no pairs": func(r *Run) { r.Pairs = nil }},
	},
	"evaluated on trained pairs": {
		reported: map[string]func(*Run){
			"all of 8": func(r *Run) { r.Report = &evaluation.Report{Pairs: 8, Parts: evaluation.Parts{TrainedOn: 8}} },
			"half of 100": func(r *Run) {
				r.Report = &evaluation.Report{Pairs: 100, Parts: evaluation.Parts{TrainedOn: 50, HeldOut: &evaluation.Part{Pairs: 50}}}
			},
		},
		silent: map[string]func(*Run){"held out": func(r *Run) { r.Report = &evaluation.Report{Pairs: 8} }},
	},
	"labels swapped": {
		reported: map[string]func(*Run){
			"a fifth correct":                 func(r *Run) { r.setPairs(withCorrect(12)) },
			"a third correct, no saved pairs": func(r *Run) { r.Pairs = nil; r.finalEvaluation().RewardsAccuracies = 1. / 3 },
			"none of 12 correct":              func(r *Run) { r.setPairs(withCorrect(0)); r.Pairs = r.Pairs[:12] },
		},
		silent: map[string]func(*Run){"a coin toss": func(r *Run) { r.setPairs(withCorrect(30)) }, "slightly below": func(r *Run) { r.setPairs(withCorrect(25)) }},
	},
	"reference mismatch": {
		reported: map[string]func(*Run){
			"off by 3 nats": func(r *Run) { r.History.Steps[0].RewardsChosen = 0.3 },
			"initial adapter": func(r *Run) {
				r.Settings.Config.InitAdapter = "runs/before"
				r.History.Steps[0].RewardsRejected = -0.05
			},
		},
		silent: map[string]func(*Run){
			"rounding":         func(r *Run) { r.History.Steps[0].RewardsChosen = 1e-4 },
			"log starts later": func(r *Run) { r.History.Steps = r.History.Steps[20:] },
		},
	},
	"gradient clipped": {
		reported: map[string]func(*Run){
			"norm of 30": func(r *Run) { r.each(func(_ float64, e *metrics.Event) { e.GradNorm = 30 }) },
			"a small limit": func(r *Run) {
				r.Settings.Config.MaxGradNorm = 0.2
			},
		},
		silent: map[string]func(*Run){
			"half of the steps": func(r *Run) {
				r.each(func(progress float64, e *metrics.Event) { e.GradNorm = 20 * progress * progress * progress })
			},
			"just above the limit": func(r *Run) { r.each(func(_ float64, e *metrics.Event) { e.GradNorm = 1.1 }) },
		},
	},
	"steps skipped": {
		reported: map[string]func(*Run){
			"two in fifty": func(r *Run) { r.History.Steps[3].GradNorm, r.History.Steps[30].GradNorm = math.NaN(), math.NaN() },
			"half": func(r *Run) {
				r.each(func(_ float64, e *metrics.Event) {
					if e.Step%2 == 0 {
						e.GradNorm = math.NaN()
					}
				})
			},
		},
		silent: map[string]func(*Run){"one in fifty": func(r *Run) { r.History.Steps[3].GradNorm = math.NaN() }},
	},
	"nothing left to learn": {
		reported: map[string]func(*Run){
			"always tiny": func(r *Run) { r.each(func(_ float64, e *metrics.Event) { e.GradNorm = 1e-5 }) },
			"fading": func(r *Run) {
				r.each(func(progress float64, e *metrics.Event) { e.GradNorm = math.Exp(-15 * progress) })
			},
		},
		silent: map[string]func(*Run){"small": func(r *Run) { r.each(func(_ float64, e *metrics.Event) { e.GradNorm = 0.01 }) }},
	},
	"chosen falling": {
		reported: map[string]func(*Run){
			"both fall, rejected more": func(r *Run) { r.finalEvaluation().RewardsChosen, r.finalEvaluation().RewardsRejected = -0.5, -0.9 },
			"no held-out pairs": func(r *Run) {
				r.History.Evaluations = nil
				r.each(func(progress float64, e *metrics.Event) { e.RewardsChosen, e.RewardsRejected = -progress, -2*progress })
			},
			"more than rejected": func(r *Run) { r.finalEvaluation().RewardsChosen, r.finalEvaluation().RewardsRejected = -0.9, -0.5 },
		},
		silent: map[string]func(*Run){"half a nat": func(r *Run) { r.finalEvaluation().RewardsChosen = -0.05 }},
	},
	"far from the reference": {
		reported: map[string]func(*Run){
			"rejected lost 60 nats": func(r *Run) { r.finalEvaluation().RewardsRejected = -6 },
			"1 nat per token": func(r *Run) {
				r.Report = &evaluation.Report{Shift: evaluation.Shift{KL: statistics.Estimate{Value: 1}}}
			},
		},
		silent: map[string]func(*Run){
			"rejected lost 20 nats": func(r *Run) { r.finalEvaluation().RewardsRejected = -2 },
			"0.1 nats per token": func(r *Run) {
				r.Report = &evaluation.Report{Shift: evaluation.Shift{KL: statistics.Estimate{Value: 0.1}}}
			},
		},
	},
	"answers in circles": {
		reported: map[string]func(*Run){
			"repetitive": func(r *Run) { r.Answers = answers("So.", repetitive, true) },
			"empty":      func(r *Run) { r.Answers = answers("So.", " ", true) },
			"sampled by the evaluation": func(r *Run) {
				r.Report = &evaluation.Report{Answers: &evaluation.AnswerReport{Answers: answers("So.", repetitive, true)}}
			},
			"no answers": func(r *Run) { r.Answers = nil },
		},
		silent: map[string]func(*Run){"base model too": func(r *Run) { r.Answers = answers(repetitive, repetitive+"and on", true) }},
	},
	"answers without an end": {
		reported: map[string]func(*Run){
			"none ends": func(r *Run) { r.Answers = answers("So.", "So and so", false) },
			"half": func(r *Run) {
				r.Answers = append(answers("So.", "So and so", false), answers("So.", "So?", true)...)
			},
		},
		silent: map[string]func(*Run){
			"only two answers": func(r *Run) { r.Answers = answers("So.", "So and so", false)[:2] },
			"base model neither": func(r *Run) {
				r.Answers = answers("So.", "So and so", false)
				for i := range r.Answers {
					r.Answers[i].Base.Ended = false
				}
			},
		},
	},
	"plain text forgotten": {
		reported: map[string]func(*Run){
			"a quarter higher": func(r *Run) { r.Report = plain(20, 25) },
			"doubled":          func(r *Run) { r.Report = plain(20, 40) },
		},
		silent: map[string]func(*Run){"as before": func(r *Run) { r.Report = plain(20, 20.4) }, "better": func(r *Run) { r.Report = plain(20, 18) }},
	},
	"nothing held out": {
		reported: map[string]func(*Run){
			"no evaluation": func(r *Run) { r.Pairs, r.History.Evaluations = nil, nil },
			"none held out": func(r *Run) { r.Pairs, r.History.Evaluations, r.Settings.HeldOut.Pairs = nil, nil, 0 },
		},
		silent: map[string]func(*Run){"no saved pairs": func(r *Run) { r.Pairs = nil }},
	},
	"no better than the base": {
		reported: map[string]func(*Run){
			"a coin toss":    func(r *Run) { r.setPairs(withCorrect(31)) },
			"few pairs":      func(r *Run) { r.Pairs = r.Pairs[:5] },
			"no saved pairs": func(r *Run) { r.Pairs = nil; r.finalEvaluation().RewardsAccuracies = 0.55 },
		},
		silent: map[string]func(*Run){"two thirds": func(r *Run) { r.setPairs(withCorrect(42)) }, "swapped": func(r *Run) { r.setPairs(withCorrect(5)) }},
	},
	"length alone": {
		reported: map[string]func(*Run){
			"always longer": func(r *Run) {
				r.setPairs(func(i int) (float64, int) { longer := []int{20, 30, 40, -20}[i%4]; return float64(longer), longer })
			},
			"always shorter": func(r *Run) {
				r.setPairs(func(i int) (float64, int) { longer := []int{-20, -30, -40, 20}[i%4]; return float64(-longer), longer })
			},
		},
		silent: map[string]func(*Run){"correct regardless of length": func(r *Run) { r.setPairs(withCorrect(50)) }, "a coin toss": func(r *Run) { r.setPairs(withCorrect(30)) }},
	},
	"train and held-out parting": {
		reported: map[string]func(*Run){
			"held-out loss rises": func(r *Run) { r.finalEvaluation().Loss = 0.7 },
			"a wide gap":          func(r *Run) { r.finalEvaluation().RewardsAccuracies = 0.6 },
			"a wide gap in the first pass": func(r *Run) {
				r.each(func(progress float64, e *metrics.Event) { e.Epoch = 0.3 * progress })
				r.finalEvaluation().RewardsAccuracies = 0.6
			},
			"memorized": func(r *Run) {
				r.each(func(progress float64, e *metrics.Event) { e.Loss, e.Epoch = 0.7*(1-progress), 12*progress })
				r.each(func(progress float64, e *metrics.Event) {
					if progress > 0.7 {
						e.Loss = 0.01
					}
				})
			},
		},
		silent: map[string]func(*Run){"a tiny rise": func(r *Run) { r.finalEvaluation().Loss = 0.66 }},
	},
	"not learning the answers": {
		reported: map[string]func(*Run){"flat": func(r *Run) { *r = fineTuned(0) }, "hardly": func(r *Run) { *r = fineTuned(0.02) }},
		silent:   map[string]func(*Run){"learning": func(r *Run) { *r = fineTuned(0.4) }},
	},
	"no answers held out": {
		reported: map[string]func(*Run){
			"none":     func(r *Run) { *r = fineTuned(0.4); r.History.Evaluations = nil },
			"and flat": func(r *Run) { *r = fineTuned(0); r.History.Evaluations = nil },
		},
		silent: map[string]func(*Run){"some": func(r *Run) { *r = fineTuned(0.4) }},
	},
	"answers memorized": {
		reported: map[string]func(*Run){
			"held-out loss rises":       func(r *Run) { *r = fineTuned(1.5); r.History.Evaluations[1].Loss = 2.2 },
			"held-out loss rises a bit": func(r *Run) { *r = fineTuned(1.5); r.History.Evaluations[1].Loss = 1.95 },
		},
		silent: map[string]func(*Run){"a tiny rise": func(r *Run) { *r = fineTuned(1.5); r.History.Evaluations[1].Loss = 1.91 }},
	},
	"answers unchanged": {
		reported: map[string]func(*Run){
			"identical":       func(r *Run) { r.Answers = answers("So.", "So.", true) },
			"a single answer": func(r *Run) { r.Answers = answers("So.", "So.", true)[:1] },
		},
		silent: map[string]func(*Run){"one of them changed": func(r *Run) { r.Answers = answers("So.", "So.", true); r.Answers[0].Run.Text = "Oh." }},
	},
}

// plain returns a report with these perplexities on plain text.
func plain(before, after float64) *evaluation.Report {
	return &evaluation.Report{PlainText: &evaluation.PlainText{Before: before, After: after, Factor: statistics.Estimate{Value: after / before}}}
}

func TestRules(t *testing.T) {
	for _, rule := range rules {
		cases := ruleCases[rule.name]
		cases.silent["healthy"] = func(*Run) {}
		if len(cases.reported) < 2 || len(cases.silent) < 2 {
			t.Errorf("%s has %d runs to report and %d not to report; want at least 2 of each", rule.name, len(cases.reported), len(cases.silent))
		}
		for want, list := range map[bool]map[string]func(*Run){true: cases.reported, false: cases.silent} {
			for name, change := range list {
				r := healthy()
				change(&r)
				finding, ok := r.Diagnose().Find(rule.name)
				if ok = ok && finding.Mark != Good; ok != want {
					t.Errorf("%s, %s: reported is %v, want %v\n%s", rule.name, name, ok, want, r.Diagnose())
				}
				if want && (finding.Cause == "" || finding.Remedy == "" || strings.Contains(finding.String(), "%!")) {
					t.Errorf("%s, %s: incomplete finding: %+v", rule.name, name, finding)
				}
			}
		}
	}
}

func TestHealthyRun(t *testing.T) {
	d := healthy().Diagnose()
	if len(d.Actionable()) > 0 || d.Has(Unknown) || d.Verdict() != "No problems found." || len(d) != 3 {
		t.Errorf("a healthy run:\n%s", d)
	}
	for _, want := range []string{"Is it learning?", "✓ The model is learning: the loss went from"} {
		if !strings.Contains(d.String(), want) {
			t.Errorf("no %q in\n%s", want, d)
		}
	}
}

// Within the first pass, no pair can be memorized.
func TestOverfittingInFirstPass(t *testing.T) {
	for epoch, want := range map[float64]string{0.3: "does not generalize", 3: "overfitting"} {
		r := healthy()
		r.each(func(progress float64, e *metrics.Event) { e.Epoch = epoch * progress })
		r.finalEvaluation().RewardsAccuracies = 0.6
		if f, _ := r.Diagnose().Find("train and held-out parting"); !strings.Contains(f.Cause, want) {
			t.Errorf("after %g passes: %+v", epoch, f)
		}
	}
}

// Remedies depend on the settings.
func TestRemediesFitSettings(t *testing.T) {
	r := healthy()
	ruleCases["not learning"].reported["flat"](&r)
	r.Settings.Config.LearningRate = 1e-7
	f, _ := r.Diagnose().Find("not learning")
	if !strings.HasPrefix(f.Remedy, "Raise the learning rate (now 1e-07") || !strings.Contains(f.Remedy, "raise beta to 0.2–0.3 (now 0.1)") {
		t.Errorf("got %q", f.Remedy)
	}
	r.Settings.Config.LearningRate, r.Settings.Config.Beta = 1e-4, 0.3
	if f, _ = r.Diagnose().Find("not learning"); strings.Contains(f.Remedy, "beta") || strings.Contains(f.Remedy, "learning rate") {
		t.Errorf("got %q", f.Remedy)
	}
	d := Diagnosis{{Findings: []Finding{{Mark: Warning, Rule: "a"}, {Mark: Good}, {Mark: Problem, Rule: "b"}}}}
	if list := d.Actionable(); len(list) != 2 || list[0].Rule != "b" {
		t.Errorf("actionable findings: %+v", list)
	}
}
