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
// This package only names what a program needs first; the work is in the packages beneath, each with one job. [rounds.Run] is
// iterative DPO, [sweeprun.Run] trains a grid of runs, [replay.Run] trains a run again, [compare.Run] shows answers side by
// side, [measure.Inspect] looks at pairs token by token, and a [generate.Conversation] has several turns.
//
// # From a pair to an adapter
//
//   - [dataset.Load] finds the data by name, and [pairfile.ReadFile] reads each [preference.Pair]: prompt, chosen, rejected.
//     [lint.Check] looks for problems in the set.
//   - [encode.Encoder.Encode] calls [chat.Encoder.Pair], which renders a pair with the model's chat template and turns it into
//     token ids, and [batch.Truncate], which shortens it to the maximum length.
//   - [train.Run] plans the run. [schedule.Schedule.Step] chooses the pairs of a step; [batch.Plan] chooses shapes of rows and
//     [batch.Pack] fills them.
//   - [reference.Cache.LogProbs] returns the answers' log-probabilities under the model without the adapter; if it has to
//     compute them, it calls [policy.Policy.Reference].
//   - [policy.Policy.Accumulate] computes them with the adapter, layer by layer through [decoder.Layer.Forward],
//     [loss.LogProbs] and [loss.Of], and adds the gradient through [decoder.Layer.Backward]. [parallel.Devices.Update] makes the
//     optimizer step.
//   - [metrics.Log.Step] writes the step's metrics, and the [Listener] shows them.
//   - [adapter.Write] writes the adapter, and [export.Merge] a model with the adapter merged into its weights.
//
// The package example prints one small pair at each of these steps. docs/architecture.md lists the packages, docs/extending.md
// shows how to add a loss, a setting, a model family and more.
package dpocore
