package diagnose

import (
	"math"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/statistics"
)

// made are runs made for each rule: two or more that it must see, two or more that it must not. sound is one of these for
// every rule.
var made = map[string]struct{ seen, unseen map[string]func(*Run) }{
	"too short": {
		seen: map[string]func(*Run){
			"four steps": func(r *Run) { r.History.Steps = r.History.Steps[:4] },
			"no step":    func(r *Run) { r.History.Steps = nil },
		},
		unseen: map[string]func(*Run){"ten steps": func(r *Run) { r.History.Steps = r.History.Steps[:10] }},
	},
	"not learning": {
		seen: map[string]func(*Run){
			"flat": func(r *Run) {
				r.each(func(part float64, e *metrics.Event) { e.Loss, e.RewardsMargins = 0.693-0.0005*part, 0.001*part })
			},
			"noise around a coin toss": func(r *Run) {
				r.each(func(part float64, e *metrics.Event) {
					e.Loss, e.RewardsMargins = 0.693+0.01*math.Sin(40*part), 0.005*math.Sin(40*part)
				})
			},
		},
		unseen: map[string]func(*Run){"slow but steady": func(r *Run) {
			r.each(func(part float64, e *metrics.Event) { e.Loss, e.RewardsMargins = 0.693-0.03*part, 0.06*part })
		}, "slow with a small beta": func(r *Run) { // 0.5 nats of gap
			r.Settings.Config.Beta = 0.01
			r.each(func(part float64, e *metrics.Event) { e.Loss, e.RewardsMargins = 0.693-0.0025*part, 0.005*part })
		}},
	},
	"diverged": {
		seen: map[string]func(*Run){
			"rising": func(r *Run) { r.each(func(part float64, e *metrics.Event) { e.Loss = 0.693 + 2*part }) },
			"no number": func(r *Run) {
				r.each(func(part float64, e *metrics.Event) {
					if e.Loss = 0.69; part > 0.6 {
						e.Loss = math.NaN()
					}
				})
			},
		},
		unseen: map[string]func(*Run){"a peak on the way": func(r *Run) { r.History.Steps[20].Loss = 3 }},
	},
	"labels swapped": {
		seen: map[string]func(*Run){
			"a fifth right":                func(r *Run) { r.pairs(rightOf(12)) },
			"a third right, not by pair":   func(r *Run) { r.Pairs = nil; r.lastEvaluation().RewardsAccuracies = 1. / 3 },
			"none right of thirty and few": func(r *Run) { r.pairs(rightOf(0)); r.Pairs = r.Pairs[:12] },
		},
		unseen: map[string]func(*Run){"a coin toss": func(r *Run) { r.pairs(rightOf(30)) }, "a little below one": func(r *Run) { r.pairs(rightOf(25)) }},
	},
	"reference mismatch": {
		seen: map[string]func(*Run){
			"off by 3 nats": func(r *Run) { r.History.Steps[0].RewardsChosen = 0.3 },
			"another adapter at the start": func(r *Run) {
				r.Settings.Config.InitAdapter = "runs/before"
				r.History.Steps[0].RewardsRejected = -0.05
			},
		},
		unseen: map[string]func(*Run){
			"rounding":        func(r *Run) { r.History.Steps[0].RewardsChosen = 1e-4 },
			"resumed records": func(r *Run) { r.History.Steps = r.History.Steps[20:] },
		},
	},
	"gradient clipped": {
		seen: map[string]func(*Run){
			"thirty times": func(r *Run) { r.each(func(_ float64, e *metrics.Event) { e.GradNorm = 30 }) },
			"a small limit": func(r *Run) {
				r.Settings.Config.MaxGradNorm = 0.2
			},
		},
		unseen: map[string]func(*Run){
			"half of the steps": func(r *Run) {
				r.each(func(part float64, e *metrics.Event) { e.GradNorm = 20 * part * part * part })
			},
			"just above": func(r *Run) { r.each(func(_ float64, e *metrics.Event) { e.GradNorm = 1.1 }) },
		},
	},
	"steps skipped": {
		seen: map[string]func(*Run){
			"two in fifty": func(r *Run) { r.History.Steps[3].GradNorm, r.History.Steps[30].GradNorm = math.NaN(), math.NaN() },
			"half": func(r *Run) {
				r.each(func(_ float64, e *metrics.Event) {
					if e.Step%2 == 0 {
						e.GradNorm = math.NaN()
					}
				})
			},
		},
		unseen: map[string]func(*Run){"one in fifty": func(r *Run) { r.History.Steps[3].GradNorm = math.NaN() }},
	},
	"nothing left to learn": {
		seen: map[string]func(*Run){
			"tiny all along": func(r *Run) { r.each(func(_ float64, e *metrics.Event) { e.GradNorm = 1e-5 }) },
			"fading": func(r *Run) {
				r.each(func(part float64, e *metrics.Event) { e.GradNorm = math.Exp(-15 * part) })
			},
		},
		unseen: map[string]func(*Run){"small": func(r *Run) { r.each(func(_ float64, e *metrics.Event) { e.GradNorm = 0.01 }) }},
	},
	"chosen falling": {
		seen: map[string]func(*Run){
			"both fall, rejected more": func(r *Run) { r.lastEvaluation().RewardsChosen, r.lastEvaluation().RewardsRejected = -0.5, -0.9 },
			"in training, none held out": func(r *Run) {
				r.History.Evaluations = nil
				r.each(func(part float64, e *metrics.Event) { e.RewardsChosen, e.RewardsRejected = -part, -2*part })
			},
			"more than rejected": func(r *Run) { r.lastEvaluation().RewardsChosen, r.lastEvaluation().RewardsRejected = -0.9, -0.5 },
		},
		unseen: map[string]func(*Run){"half a nat": func(r *Run) { r.lastEvaluation().RewardsChosen = -0.05 }},
	},
	"far from the reference": {
		seen: map[string]func(*Run){
			"rejected lost 60 nats": func(r *Run) { r.lastEvaluation().RewardsRejected = -6 },
			"a nat a token":         func(r *Run) { r.Report = &evaluation.Report{KL: statistics.Estimate{Value: 1}} },
		},
		unseen: map[string]func(*Run){
			"rejected lost 20 nats": func(r *Run) { r.lastEvaluation().RewardsRejected = -2 },
			"a tenth of a nat":      func(r *Run) { r.Report = &evaluation.Report{KL: statistics.Estimate{Value: 0.1}} },
		},
	},
	"answers in circles": {
		seen: map[string]func(*Run){
			"round and round": func(r *Run) { r.Answers = answers("So.", circles, true) },
			"empty":           func(r *Run) { r.Answers = answers("So.", " ", true) },
			"among the sampled ones": func(r *Run) {
				r.Report = &evaluation.Report{Answers: &evaluation.Wording{Answers: answers("So.", circles, true)}}
			},
			"never looked at": func(r *Run) { r.Answers = nil },
		},
		unseen: map[string]func(*Run){"the base did so too": func(r *Run) { r.Answers = answers(circles, circles+"and on", true) }},
	},
	"answers without an end": {
		seen: map[string]func(*Run){
			"none ends": func(r *Run) { r.Answers = answers("So.", "So and so", false) },
			"half": func(r *Run) {
				r.Answers = append(answers("So.", "So and so", false), answers("So.", "So?", true)...)
			},
		},
		unseen: map[string]func(*Run){
			"two answers alone": func(r *Run) { r.Answers = answers("So.", "So and so", false)[:2] },
			"the base's don't either": func(r *Run) {
				r.Answers = answers("So.", "So and so", false)
				for i := range r.Answers {
					r.Answers[i].Base.Ended = false
				}
			},
		},
	},
	"plain text forgotten": {
		seen: map[string]func(*Run){
			"a quarter more": func(r *Run) { r.Report = plain(20, 25) },
			"twice":          func(r *Run) { r.Report = plain(20, 40) },
		},
		unseen: map[string]func(*Run){"as before": func(r *Run) { r.Report = plain(20, 20.4) }, "better": func(r *Run) { r.Report = plain(20, 18) }},
	},
	"nothing held out": {
		seen: map[string]func(*Run){
			"no evaluation": func(r *Run) { r.Pairs, r.History.Evaluations = nil, nil },
			"none held out": func(r *Run) { r.Pairs, r.History.Evaluations, r.Settings.HeldOut.Pairs = nil, nil, 0 },
		},
		unseen: map[string]func(*Run){"not by pair": func(r *Run) { r.Pairs = nil }},
	},
	"no better than the base": {
		seen: map[string]func(*Run){
			"a coin toss":         func(r *Run) { r.pairs(rightOf(31)) },
			"few pairs, not many": func(r *Run) { r.Pairs = r.Pairs[:5] },
			"not by pair":         func(r *Run) { r.Pairs = nil; r.lastEvaluation().RewardsAccuracies = 0.55 },
		},
		unseen: map[string]func(*Run){"two thirds": func(r *Run) { r.pairs(rightOf(42)) }, "swapped": func(r *Run) { r.pairs(rightOf(5)) }},
	},
	"length alone": {
		seen: map[string]func(*Run){
			"always the longer one": func(r *Run) {
				r.pairs(func(i int) (float64, int) { longer := []int{20, 30, 40, -20}[i%4]; return float64(longer), longer })
			},
			"always the shorter one": func(r *Run) {
				r.pairs(func(i int) (float64, int) { longer := []int{-20, -30, -40, 20}[i%4]; return float64(-longer), longer })
			},
		},
		unseen: map[string]func(*Run){"right without regard to it": func(r *Run) { r.pairs(rightOf(50)) }, "a coin toss": func(r *Run) { r.pairs(rightOf(30)) }},
	},
	"train and held-out parting": {
		seen: map[string]func(*Run){
			"the held-out loss turns": func(r *Run) { r.lastEvaluation().Loss = 0.7 },
			"a wide gap":              func(r *Run) { r.lastEvaluation().RewardsAccuracies = 0.6 },
			"a wide gap at once": func(r *Run) {
				r.each(func(part float64, e *metrics.Event) { e.Epoch = 0.3 * part })
				r.lastEvaluation().RewardsAccuracies = 0.6
			},
			"by heart": func(r *Run) {
				r.each(func(part float64, e *metrics.Event) { e.Loss, e.Epoch = 0.7*(1-part), 12*part })
				r.each(func(part float64, e *metrics.Event) {
					if part > 0.7 {
						e.Loss = 0.01
					}
				})
			},
		},
		unseen: map[string]func(*Run){"a hair's breadth": func(r *Run) { r.lastEvaluation().Loss = 0.66 }},
	},
	"answers unchanged": {
		seen: map[string]func(*Run){
			"word for word": func(r *Run) { r.Answers = answers("So.", "So.", true) },
			"a single one":  func(r *Run) { r.Answers = answers("So.", "So.", true)[:1] },
		},
		unseen: map[string]func(*Run){"one of them changed": func(r *Run) { r.Answers = answers("So.", "So.", true); r.Answers[0].Run.Text = "Oh." }},
	},
}

func plain(before, after float64) *evaluation.Report {
	return &evaluation.Report{PlainText: &evaluation.PlainText{Before: before, After: after, Factor: statistics.Estimate{Value: after / before}}}
}

func TestRules(t *testing.T) {
	for _, rule := range rules {
		runs := made[rule.name]
		runs.unseen["sound"] = func(*Run) {}
		if len(runs.seen) < 2 || len(runs.unseen) < 2 {
			t.Errorf("%s has %d runs that it must see and %d that it must not", rule.name, len(runs.seen), len(runs.unseen))
		}
		for seen, list := range map[bool]map[string]func(*Run){true: runs.seen, false: runs.unseen} {
			for name, change := range list {
				r := sound()
				change(&r)
				found, ok := r.Diagnose().Of(rule.name)
				if ok = ok && found.Mark != Good; ok != seen {
					t.Errorf("%s, %s: seen is %v, want %v\n%s", rule.name, name, ok, seen, r.Diagnose())
				}
				if seen && (found.Cause == "" || found.Remedy == "" || strings.Contains(found.String(), "%!")) {
					t.Errorf("%s, %s: a finding lacks something: %+v", rule.name, name, found)
				}
			}
		}
	}
}

func TestSoundRun(t *testing.T) {
	d := sound().Diagnose()
	if len(d.Complaints()) > 0 || d.Has(Unknown) || d.Verdict() != "This run looks sound." || len(d) != 3 {
		t.Errorf("a sound run:\n%s", d)
	}
	for _, want := range []string{"Is it learning?", "✓ The model is learning: the loss went from"} {
		if !strings.Contains(d.String(), want) {
			t.Errorf("no %q in\n%s", want, d)
		}
	}
}

// Pairs that were seen once at most are not known by heart.
func TestPartingWithinTheFirstPass(t *testing.T) {
	for epoch, want := range map[float64]string{0.3: "does not hold for the held-out ones", 3: "by heart"} {
		r := sound()
		r.each(func(part float64, e *metrics.Event) { e.Epoch = epoch * part })
		r.lastEvaluation().RewardsAccuracies = 0.6
		if f, _ := r.Diagnose().Of("train and held-out parting"); !strings.Contains(f.Cause, want) {
			t.Errorf("after %g passes: %+v", epoch, f)
		}
	}
}

// The remedies name what the settings make likeliest.
func TestRemediesFitTheSettings(t *testing.T) {
	r := sound()
	made["not learning"].seen["flat"](&r)
	r.Settings.Config.LearningRate = 1e-7
	f, _ := r.Diagnose().Of("not learning")
	if !strings.HasPrefix(f.Remedy, "Raise the learning rate (it is 1e-07") || !strings.Contains(f.Remedy, "raise beta to 0.2–0.3 (it is 0.1)") {
		t.Errorf("got %q", f.Remedy)
	}
	r.Settings.Config.LearningRate, r.Settings.Config.Beta = 1e-4, 0.3
	if f, _ = r.Diagnose().Of("not learning"); strings.Contains(f.Remedy, "beta") || strings.Contains(f.Remedy, "learning rate") {
		t.Errorf("got %q", f.Remedy)
	}
	d := Diagnosis{{Findings: []Finding{{Mark: Look, Rule: "a"}, {Mark: Good}, {Mark: Wrong, Rule: "b"}}}}
	if list := d.Complaints(); len(list) != 2 || list[0].Rule != "b" {
		t.Errorf("complaints: %+v", list)
	}
}
