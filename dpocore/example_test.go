package dpocore_test

import (
	"fmt"
	"log"
	"math"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/deps"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// One small pair from text to loss: [chat] renders and tokenizes it, [batch] packs it into a row, and [policy] measures it with
// SmolLM2-135M-Instruct ([weights], [decoder]) without an adapter and with one that has learned from it in five steps.
func Example() {
	pair := preference.Pair{
		Prompt:   []preference.Turn{{Role: "system", Content: "Be brief."}, {Role: "user", Content: "Is the sky blue?"}},
		Chosen:   "Yes, by day.",
		Rejected: "Who knows.",
	}
	path, err := deps.GGUF()
	check(err)
	tok, err := tokenizer.Open(path)
	check(err)
	defer tok.Close()
	encoder, err := chat.New(tok)
	check(err)
	text, err := encoder.Render(pair.Prompt, true)
	check(err)
	fmt.Printf("text      %q\n", text)
	tokens, _, err := encoder.Pair(pair)
	check(err)
	fmt.Printf("prompt    %d tokens, the last %v\n", len(tokens.Prompt), tokens.Prompt[len(tokens.Prompt)-3:])
	fmt.Printf("chosen    %v %q\n", tokens.Chosen, tok.Decode(tokens.Chosen, false))
	fmt.Printf("rejected  %v %q\n", tokens.Rejected, tok.Decode(tokens.Rejected, false))

	examples := []batch.Example{{Prompt: tokens.Prompt, Chosen: tokens.Chosen, Rejected: tokens.Rejected}}
	rows, err := batch.Pack(examples, batch.Plan([][]batch.Example{examples})...)
	check(err)
	row := rows[0]
	begin, used := len(tokens.Prompt)-2, row.Used()
	fmt.Printf("row       %d of %d tokens\n", used, row.Shape.Tokens)
	fmt.Printf("branch    … %v\n", row.Branch[begin:used])
	fmt.Printf("position  … %v\n", row.Position[begin:used])

	backend, err := device.Open()
	check(err)
	loaded, err := weights.Load(backend, path)
	check(err)
	defer loaded.Finalize()
	layout, err := decoder.NewLayout(loaded.Config, decoder.LoRA{Rank: 16, Alpha: 16, Modules: decoder.AllModules})
	check(err)
	learner, err := policy.New(backend, loaded, layout, layout.Init(1))
	check(err)
	defer learner.Finalize()
	reference, err := learner.Reference(row)
	check(err)
	for range 5 {
		_, err = learner.Accumulate(row, reference.LogProbs, []float32{1}, policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1}})
		check(err)
		_, err = learner.Update(5e-5, 1, adamw.Default)
		check(err)
	}
	after, err := learner.LogProbs(row)
	check(err)
	before, now := reference.LogProbs[0], after.LogProbs[0]
	fmt.Printf("reference %.1f chosen, %.1f rejected\n", before[0], before[1])
	fmt.Printf("policy    %.1f chosen, %.1f rejected\n", now[0], now[1])
	rewards := [2]float64{0.1 * float64(now[0]-before[0]), 0.1 * float64(now[1]-before[1])}
	fmt.Printf("rewards   %.2f chosen, %.2f rejected\n", rewards[0], rewards[1])
	fmt.Printf("loss      %.2f\n", math.Log1p(math.Exp(rewards[1]-rewards[0])))
	// Output:
	// text      "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nIs the sky blue?<|im_end|>\n<|im_start|>assistant\n"
	// prompt    22 tokens, the last [520 9531 198]
	// chosen    [10539 28 411 1194 30 2 198] "Yes, by day.<|im_end|>\n"
	// rejected  [10576 5443 30 2 198] "Who knows.<|im_end|>\n"
	// row       34 of 64 tokens
	// branch    … [0 0 1 1 1 1 1 1 1 2 2 2 2 2]
	// position  … [20 21 22 23 24 25 26 27 28 22 23 24 25 26]
	// reference -24.9 chosen, -17.6 rejected
	// policy    -21.9 chosen, -19.6 rejected
	// rewards   0.29 chosen, -0.20 rejected
	// loss      0.48
}
