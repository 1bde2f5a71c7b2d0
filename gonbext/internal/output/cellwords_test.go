package output

import "testing"

func TestInCell(t *testing.T) {
	for text, want := range map[string]string{
		"use that model, or accept this one with --any-base":                                   "use that model, or accept this one with %env DPO_ANY_BASE 1",
		"Add some fine-tuning (--sft-weight 0.1), or train for fewer steps.":                   "Add some fine-tuning (SFTWeight = 0.1), or train for fewer steps.",
		"Hold some out: --eval-fraction 0.1 sets aside a tenth.":                               "Hold some out: HoldOut(0.1) sets aside a tenth.",
		"from its adapter: --init-adapter run --max-steps 50 --out run-more, without --resume": "from its adapter: InitAdapter = run MaxSteps = 50 in the folder run-more, without continuing this one",
		"(--early-stopping 3 finds the best step)":                                             "(EarlyStopping = 3 finds the best step)",
		"Remove it: dpo data convert with --cut-prompt.":                                       "Remove it: dpo data convert with --cut-prompt.",
		"download it (`hf download a/b --local-dir FOLDER`) and name the folder":               "download it (`hf download a/b --local-dir FOLDER`) and name the folder",
		"is a model; name it as the model (--model), without an adapter":                       "is a model; name it as the model (%env DPO_MODEL NAME), without an adapter",
		"no flag -- at all": "no flag -- at all",
	} {
		if got := InCell(text); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if got := (Box{Note, "accept it with --any-base"}).Text(); got != "Note: accept it with %env DPO_ANY_BASE 1" {
		t.Errorf("a box says %s", got)
	}
}
