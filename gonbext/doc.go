// Package gonbext has the functions that notebook cells call, one per task of a lesson.
//
// Start with [Load] and [Train]:
//
//	pairs := gonbext.Load("builtin")
//	gonbext.Train("dpo_finetuned_smollm2", dpocore.DefaultConfig(), pairs)
//
// Before training, [Pairs.Show], [Pairs.Check] and [Pairs.Lint] look at the data, [Template], [Loss] and
// [LossCurve] at a single pair, [Losses] compares losses, and [Model] describes the model. [FineTune] is the stage before.
// After training:
//
//   - [Compare] and [Evaluate] show what changed, [Explain] and [Inspect] what changed in single pairs.
//   - [Difference] tests whether two runs differ, [Fluency] and [WinRate] measure the answers, [Diagnose] looks for problems.
//   - [Plot], [Overlay], [Objectives] and [Tradeoff] draw runs; [Sweep] trains and compares a grid of runs, and [Fork] continues
//     from a checkpoint with other settings.
//   - [Files] lists the files of a run, [Merge] creates a full model from it, and [Answer] asks that model.
//   - [ExportGGUF] writes a file for Ollama and llama.cpp, [Report] a page to share, and [Push] sends a run to the hub.
//   - [CheckAnswer] checks the answer to an exercise.
//   - [Rank] and [Ranked] collect new pairs from a reader, [Rankings] compares readers, and [Rounds] collects from a judge.
//
// No function returns an error: an error is shown as one sentence in a coloured box, and ends the cell. The stop button
// ends training with a checkpoint, and the same cell resumes from it. Outside a notebook all output is text, and nothing
// waits for a browser.
package gonbext
