// Package dpocore trains a language model with Direct Preference Optimization (Rafailov et al. 2023,
// https://arxiv.org/abs/2305.18290), from preference pairs to a merged model.
//
// Two calls do it. [Train] trains the run in a folder, or resumes it; [Merge] writes a model folder with the adapter that
// it learned:
//
//	model, err := dpocore.OpenModel("")                       // the model that set-up installed
//	data, err := dpocore.LoadData("builtin", "", 0, 42)
//	err = dpocore.Train(ctx, model, "run", dpocore.DefaultConfig(), data, listener)
//	written, err := dpocore.Merge(ctx, model, "run", "merged", "float32")
//
// This package is the entrance; each of the packages beneath it does one thing. [rounds.Run] is iterative DPO,
// [sweeprun.Run] trains a grid of runs, [replay.Run] trains a run again, [compare.Run] sets answers side by side,
// [measure.Inspect] looks at pairs token by token, and a [generate.Conversation] continues over several turns.
//
// # The way of one pair
//
//   - [pairfile.ReadFile] reads a [preference.Pair]: prompt, chosen, rejected; [lint.Check] looks for faults in the set.
//   - [chat.Encoder.Pair] renders it with the model's chat template and turns it into token ids.
//   - [batch.Truncate] shortens it to the maximum length, [batch.Plan] and [batch.Pack] put it into a row.
//   - [policy.Policy.Reference] computes its answers' log-probabilities without the adapter; [reference.Cache] keeps them.
//   - [policy.Policy.Accumulate] computes them with the adapter, layer by layer through [decoder.Layer.Forward],
//     [loss.LogProbs] and [loss.Of], and adds the gradient; [policy.Policy.Update] makes the optimizer step.
//   - [metrics.Log] writes the step's figures, and the [Listener] shows them.
//   - [adapter.Write] and [export.WriteMerged] write what was learned.
//
// The package example prints one small pair at each of these stops.
package dpocore
