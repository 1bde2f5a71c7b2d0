"""Tiny models with random weights, one of each family, in folders as transformers leaves them."""

import copy
import json
from typing import NamedTuple

import torch
from families_tokenizers import BARS, CHATML, HEADERS, llama3_tokenizer, qwen_tokenizer, sentence_piece, smollm_tokenizer
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2ForCausalLM, Qwen3ForCausalLM


class Family(NamedTuple):
    tokenizer: object  # makes the backend
    template: str
    names: dict  # of the tokens with a role
    ends: list  # of eos_token_id, by text
    kind: str  # the tokenizer_class that the real folders name
    model: object  # its class
    settings: dict
    dtype: torch.dtype = torch.float32  # of the weights on disk


SIZES = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "max_position_embeddings": 4096, "initializer_range": 0.1,
}  # fmt: skip

IM = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "pad_token": "<|im_end|>", "unk_token": "<|endoftext|>"}
QWEN = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
SCALED = {
    "rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 600,
}  # fmt: skip

FAMILIES = {
    "smollm2": Family(smollm_tokenizer, CHATML, IM, ["<|im_end|>"], "GPT2Tokenizer", LlamaForCausalLM,
        {"tie_word_embeddings": True, "rope_parameters": {"rope_type": "default", "rope_theta": 100000.0}, "rms_norm_eps": 1e-5}, torch.float16),
    "tinyllama": Family(sentence_piece, BARS, {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "</s>"},
        ["</s>"], "LlamaTokenizer", LlamaForCausalLM, {"tie_word_embeddings": False, "rms_norm_eps": 1e-5}),
    "llama3": Family(llama3_tokenizer, HEADERS, {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
        ["<|end_of_text|>", "<|eom_id|>", "<|eot_id|>"], "PreTrainedTokenizerFast", LlamaForCausalLM,
        {"tie_word_embeddings": True, "rope_parameters": SCALED, "rms_norm_eps": 1e-5, "head_dim": 16}, torch.bfloat16),
    "qwen2": Family(qwen_tokenizer, CHATML, QWEN, ["<|im_end|>", "<|endoftext|>"], "Qwen2Tokenizer", Qwen2ForCausalLM,
        {"tie_word_embeddings": True, "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0}, "use_sliding_window": False}, torch.bfloat16),
    "qwen3": Family(qwen_tokenizer, CHATML, QWEN, ["<|im_end|>", "<|endoftext|>"], "Qwen2Tokenizer", Qwen3ForCausalLM,
        {"tie_word_embeddings": True, "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0}, "head_dim": 24}, torch.bfloat16),
    "biases": Family(qwen_tokenizer, CHATML, QWEN, ["<|im_end|>"], "Qwen2Tokenizer", LlamaForCausalLM,
        {"tie_word_embeddings": False, "attention_bias": True, "mlp_bias": True, "head_dim": 24}),
}  # fmt: skip


def write(folder, name, shards=False):
    """Write a family's tiny model as transformers does; with shards in several files. Return the same model in float32."""
    family = FAMILIES[name]
    backend = family.tokenizer()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, chat_template=family.template, clean_up_tokenization_spaces=False, **family.names)
    ends = [backend.token_to_id(text) for text in family.ends]
    ids = {"bos_token_id": backend.token_to_id(family.names.get("bos_token", "")), "eos_token_id": ends[0] if len(ends) == 1 else ends}
    torch.manual_seed(len(name))
    # Some real models have more rows than tokens.
    model = family.model(family.model.config_class(vocab_size=backend.get_vocab_size() + 7, **SIZES, **ids, **family.settings)).eval()
    stored = copy.deepcopy(model)
    with torch.no_grad():
        for key, value in model.named_parameters():
            if key.endswith(".bias") or "norm" in key:
                value.add_(0.1 * torch.randn_like(value))  # transformers begins with zeros and ones, which would hide them
            value.copy_(value.to(family.dtype))
    stored.load_state_dict(model.state_dict())
    stored.to(family.dtype).save_pretrained(folder, **({"max_shard_size": "30KB"} if shards else {}))
    tokenizer.save_pretrained(folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    del settings["backend"]
    settings |= {"tokenizer_class": family.kind} | ({"legacy": False} if family.kind == "LlamaTokenizer" else {})
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return model
