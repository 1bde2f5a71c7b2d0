// Package gonbext is what a notebook's cell needs, and no more: each function is one sentence of a lesson.
//
// Start with [Load] and [Train]:
//
//	pairs := gonbext.Load("builtin")
//	gonbext.Train("dpo_finetuned_smollm2", dpocore.DefaultConfig(), pairs)
//
// Before training, [Pairs.Show] and [Pairs.Check] look at the data, [Template] and [Loss] at a single pair. After it,
// [Compare] and [Evaluate] show what changed, [Explain] and [Inspect] what changed in single pairs, [Difference] whether
// two runs differ, [Fluency] and [WinRate] what became of the answers, [Diagnose] what went wrong, [Plot] and
// [Overlay] draw runs, [Sweep] trains and compares a grid of them, [Files] lists what a run left, [Merge] makes a model of it and [Answer] asks that. [Rank] and
// [Ranked] make new pairs.
//
// No function returns an error. What goes wrong is shown as one sentence in a coloured box, and the cell ends there. The
// stop button ends training with a checkpoint, and the same cell goes on from it. Outside a notebook everything is
// printed as text, and nothing ever waits for a browser.
package gonbext
