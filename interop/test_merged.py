"""The merged folder is a model that transformers loads without a word and that says the same."""

import pairs
import pytest
import reference
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

NEW_TOKENS = 32
PROMPTS = {
    "full length": "Give me three tips for a good night's sleep.",
    "ends early": "What is the capital of France? Answer in one word.",
}


@pytest.fixture(scope="module")
def merged_tokenizer(merged_folder):
    with reference.no_complaints():
        return AutoTokenizer.from_pretrained(merged_folder)


def test_end_of_turn(merged_model, merged_tokenizer):
    end = merged_tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert end == 2 and merged_tokenizer.eos_token_id == end
    assert merged_model.config.eos_token_id == end and merged_model.generation_config.eos_token_id == end


@torch.no_grad()
def test_same_logits(merged_model, adapter_model, base_model, merged_tokenizer):
    assert merged_model.dtype == torch.float32
    ids = [prompt + chosen for prompt, chosen, _ in reference.pair_ids(merged_tokenizer, pairs.ODD)]
    for row in ids:
        row = torch.tensor([row])
        merged, adapted, base = (m(input_ids=row).logits for m in (merged_model, adapter_model, base_model))
        assert (merged - base).abs().max() > 0.1, "the adapter does next to nothing, so nothing is shown"
        assert (merged - adapted).abs().max() < 5e-4


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
def test_same_greedy_text(dpo, prompt, merged_model, merged_tokenizer, merged_folder, run_folder):
    with reference.no_complaints():
        text, ids = reference.greedy(merged_model, merged_tokenizer, prompt, NEW_TOKENS)
    ended = prompt == PROMPTS["ends early"]
    assert (ids[-1] == merged_tokenizer.eos_token_id) == ended and (len(ids) == NEW_TOKENS) != ended
    flags = ["--prompt", prompt, "--temperature", "0", "--max-new-tokens", str(NEW_TOKENS)]
    assert dpo("generate", "--adapter", run_folder, *flags) == text + "\n"
    assert dpo("generate", "--model", merged_folder, *flags) == text + "\n"


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_half_types(dpo, name, run_folder, merged_model, tmp_path):
    out = tmp_path / "merged"
    dpo("merge", "--adapter", run_folder, "--out", out, "--dtype", name)
    with reference.no_complaints():
        half, report = AutoModelForCausalLM.from_pretrained(out, output_loading_info=True)
    assert not any(report.values()), report
    dtype = getattr(torch, name)
    stored, whole = half.state_dict(), merged_model.state_dict()
    assert stored.keys() == whole.keys()
    assert all(tensor.dtype == dtype and torch.equal(tensor, whole[key].to(dtype)) for key, tensor in stored.items())
