"""Tiny models that bitsandbytes has quantized, and what the library and transformers compute with them.

python interop/bitsandbytes_models.py FOLDER records them for the Go tests. It needs the package bitsandbytes, which is no part of the
environment: no test of Python's uses it."""

import copy
import hashlib
import json
import pathlib
import sys
import tempfile

import torch
from bitsandbytes import functional
from transformers import BitsAndBytesConfig, LlamaConfig, LlamaForCausalLM

SIZES = {
    "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 256,
    "vocab_size": 64, "bos_token_id": 1, "eos_token_id": 2, "tie_word_embeddings": True, "rms_norm_eps": 1e-5, "initializer_range": 0.1,
}  # fmt: skip

# Rows of 96 values are no whole blocks of 64.
MODELS = {
    "single": ({"intermediate_size": 96}, {}),
    "double": ({"intermediate_size": 64}, {"bnb_4bit_use_double_quant": True, "llm_int8_skip_modules": ["lm_head", "model.layers.1.mlp"]}),
}

PROMPT, ANSWERS = [1, 5, 9, 13, 17], [[21, 25, 29, 33, 2], [40, 39, 38, 2]]


def log_probs(model, answer):
    """Of each token of an answer."""
    ids = torch.tensor([PROMPT + answer])
    with torch.no_grad():
        all_tokens = model(ids).logits[0, :-1].log_softmax(-1)
    return all_tokens.gather(1, ids[0, 1:, None])[len(PROMPT) - 1 :, 0].tolist()


def widen(weight):
    """A matrix as one row: in rows that are no whole blocks, the kernel for CPUs of 0.50.2 takes the scales of other blocks."""
    state = copy.copy(weight.quant_state)
    state.shape = torch.Size([1, weight.quant_state.shape.numel()])
    return functional.dequantize_4bit(weight.data, state).reshape(weight.quant_state.shape).contiguous()


def record(folder, sizes, settings):
    torch.manual_seed(1)
    widened = LlamaForCausalLM(LlamaConfig(**SIZES, **sizes))  # computes: the library's products on CPUs need rows of whole blocks
    with tempfile.TemporaryDirectory() as plain:
        widened.save_pretrained(plain)
        how = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32, **settings)
        model = LlamaForCausalLM.from_pretrained(plain, quantization_config=how, dtype=torch.float32, device_map="cpu")
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink()
    values = {}
    for name, module in model.named_modules():
        if getattr(getattr(module, "weight", None), "quant_state", None) is not None:
            matrix = widen(module.weight)
            widened.get_submodule(name).weight.data = matrix
            values[name + ".weight"] = hashlib.sha256(matrix.numpy().tobytes()).hexdigest()
    logs = [log_probs(widened, answer) for answer in ANSWERS]
    expected = {"prompt": PROMPT, "answers": ANSWERS, "log_probs": logs, "sha256": values}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


for name, (sizes, settings) in MODELS.items():
    record(pathlib.Path(sys.argv[1]) / name, sizes, settings)
