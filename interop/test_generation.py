"""Greedy answers with a repetition penalty are those of transformers, on a model of random weights."""

import pytest
import reference
import torch
from transformers import LlamaConfig, LlamaForCausalLM

NEW_TOKENS = 40
PROMPTS = ["Name three fruits, and name three fruits again.", "Say hello 👋🏽 to the family"]


@pytest.fixture(scope="module")
def tiny_model():
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=49152, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=1024, rms_norm_eps=1e-5, tie_word_embeddings=True,
        initializer_range=0.1, bos_token_id=1, eos_token_id=2, pad_token_id=2,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


@pytest.fixture(scope="module")
def tiny_folder(tiny_model, gguf_tokenizer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    tiny_model.save_pretrained(folder)
    gguf_tokenizer.save_pretrained(folder)
    return folder


@torch.no_grad()
def answer(model, tokenizer, turns, penalty):
    inputs = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    ids = model.generate(**inputs, do_sample=False, max_new_tokens=NEW_TOKENS, repetition_penalty=penalty)
    return tokenizer.decode(ids[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_same_text_with_repetition_penalty(dpo, prompt, tiny_model, tiny_folder, gguf_tokenizer):
    turns = [{"role": "system", "content": "Answer like a pirate."}, {"role": "user", "content": prompt}]
    with reference.no_complaints():
        plain, penalized = (answer(tiny_model, gguf_tokenizer, turns, penalty) for penalty in (1.0, 1.3))
    assert plain != penalized, "the penalty changes nothing, so nothing is shown"
    flags = ["--model", tiny_folder, "--prompt", prompt, "--system", "Answer like a pirate.", "--max-new-tokens", str(NEW_TOKENS)]
    assert dpo("generate", *flags) == plain + "\n"
    assert dpo("generate", *flags, "--repetition-penalty", "1.3") == penalized + "\n"
