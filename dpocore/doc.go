// Package dpocore trains a language model with Direct Preference Optimization, from pairs of answers to a merged model.
//
// Two calls do it. [Model.Train] trains the run in a folder, or goes on with it; [Model.Merge] makes a model folder of
// the adapter that it left:
//
//	model, err := dpocore.OpenModel("")                       // the model that set-up installed
//	data, err := dpocore.LoadData("builtin", "", 0, 42)
//	err = model.Train(ctx, "run", dpocore.DefaultConfig(), data, listener)
//	fresh, err := model.Merge(ctx, "run", "merged", "float32")
//
// [Model.Evaluate] measures pairs, for [evaluation.Summarize] to sum up, [Model.Inspect] their tokens; [Model.Answerer] answers
// prompts, [Model.Compare] does so under several runs ([Model.Blind] hides which), a [Conversation] goes on over several
// turns. [Model.Replay] makes a run again, and says whether it came out the same. A model is a folder of the Llama family, a
// GGUF file, or a name on the hub ([FetchModel]); pairs are a file, the built-in ones, a published set, or a [Mix] of these
// ([FetchData]). [Model.TrainRounds] goes on with answers of the model's own, as a [judge.Judge] has it.
//
// # The way of one pair
//
//   - [pairfile.ReadFile] reads a [preference.Pair]: prompt, chosen, rejected; [lint.Check] looks for what is wrong with
//     the set.
//   - [chat.Encoder.Pair] renders it by the model's own chat template and makes token ids of it.
//   - [batch.Truncate] cuts it, [batch.Plan] and [batch.Pack] give it a place in a row.
//   - [policy.Policy.Reference] measures its answers under the model without the adapter; the figures are kept on disk.
//   - [policy.Policy.Accumulate] measures them with it, layer by layer through [decoder.Layer.Forward], [loss.LogProbs] and
//     [loss.Of], and adds the gradient; [policy.Policy.Update] makes the step.
//   - [metrics.Log] keeps the step's figures, a [Listener] shows them.
//   - [adapter.Write] and [export.Write] write what was learned.
//
// Example (the one of this package) prints one small pair at each of these stops.
package dpocore
