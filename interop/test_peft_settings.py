"""Adapters that PEFT writes with other settings than dpo's: the same log-probabilities as in PEFT, or refused by name."""

import copy
import dataclasses
import os
import subprocess
import warnings

import pairs
import pytest
import reference
import tiny
import torch
from conftest import ROOT
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

NATS = 1e-3  # of a sum over an answer's tokens
PAIRS = pairs.ODD[:3]
Q, V = "model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.v_proj"

LOADED = {
    "plain": {},
    "another alpha": {"lora_alpha": 7},
    "rank-stabilized": {"use_rslora": True},
    "two projections": {"target_modules": ["q_proj", "v_proj"]},
    "all linear": {"target_modules": "all-linear"},
    "a pattern": {"target_modules": r"(?:.*?(?:self_attn|mlp).*?(?:q_proj|v_proj|down_proj).*?)"},
    "a pattern with a look-ahead": {"target_modules": r"model\.layers\.\d+\.(?!mlp).*\.(q|o)_proj"},
    "a pattern for one layer": {"target_modules": r"model\.layers\.1\..*_proj"},
    "paths": {"target_modules": [Q, V]},
    "ends of paths": {"target_modules": ["self_attn.q_proj", "mlp.up_proj"]},
    "one layer": {"layers_to_transform": 1},
    "a list of layers": {"layers_to_transform": [0], "layers_pattern": "layers"},
    "without two": {"exclude_modules": ["k_proj", "down_proj"]},
    "without a pattern": {"target_modules": "all-linear", "exclude_modules": r".*\.mlp\..*"},
    "ranks": {"rank_pattern": {"q_proj": 8, "down_proj": 2}},
    "alphas": {"alpha_pattern": {"v_proj": 16, "up_proj": 1}},
    "ranks and alphas": {"rank_pattern": {Q: 6, "o_proj": 3}, "alpha_pattern": {"^" + Q: 3, "q_proj": 5}},
    "rank-stabilized ranks": {"rank_pattern": {"k_proj": 9}, "alpha_pattern": {"k_proj": 2}, "use_rslora": True},
    "ranks in one layer": {"rank_pattern": {r"layers\.1\.mlp\.gate_proj": 7}},
    "dropout": {"lora_dropout": 0.5},
    "gaussian": {"init_lora_weights": "gaussian"},
    "orthogonal": {"init_lora_weights": "orthogonal"},
}

REFUSED = {
    "use_dora": {"use_dora": True},
    "bias": {"bias": "lora_only"},
    "lora_bias": {"lora_bias": True},
    "modules_to_save": {"modules_to_save": ["lm_head"]},
    "embed_tokens": {"target_modules": ["q_proj", "embed_tokens"]},
    "init_lora_weights": {"init_lora_weights": "pissa"},
    "trainable_token_indices": {"trainable_token_indices": [1, 2]},
    "layer_replication": {"layer_replication": [[0, 2], [1, 2]]},
}


def test_every_setting_is_known():
    """dpo reads, refuses or skips each of PEFT's settings on purpose; an unknown one it refuses."""
    config = (ROOT / "dpocore/adapter/config.go").read_text()
    names = {field.name for field in dataclasses.fields(LoraConfig)}
    assert [name for name in sorted(names) if f'"{name}"' not in config] == []


@pytest.fixture(scope="module")
def base(gguf_tokenizer, tmp_path_factory):
    """A model folder, with the model and the file of pairs."""
    root = tmp_path_factory.mktemp("tiny")
    tiny.write(root / "model", root / "adapter", gguf_tokenizer)
    model = AutoModelForCausalLM.from_pretrained(root / "model", dtype=torch.float32)
    return root / "model", model, pairs.write(root / "pairs.jsonl", PAIRS)


def write_adapter(model, folder, settings):
    """Write an adapter with random factors, and return its PEFT model."""
    torch.manual_seed(3)
    settings = {"r": 4, "lora_alpha": 6, "target_modules": tiny.MODULES, "task_type": "CAUSAL_LM"} | settings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PEFT warns of some settings
        adapted = get_peft_model(copy.deepcopy(model), LoraConfig(**settings))
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                torch.nn.init.normal_(parameter, std=0.2)
        adapted.save_pretrained(folder)
    return adapted.eval()


def compare(evaluate, base, folder, adapted):
    model_folder, model, data = base
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    wanted = reference.pair_log_probs(adapted, tokenizer, PAIRS)
    lines = evaluate(data, "--model", model_folder, "--adapter", folder)
    assert max(abs(a - b) for rows in zip(wanted, reference.pair_log_probs(model, tokenizer, PAIRS)) for a, b in zip(*rows)) > 0.1
    for line, row in zip(lines, wanted, strict=True):
        assert (line["logps_chosen"], line["logps_rejected"]) == pytest.approx(row, abs=NATS)


@pytest.mark.parametrize("name", LOADED)
def test_loaded(evaluate, base, tmp_path, name):
    compare(evaluate, base, tmp_path, write_adapter(base[1], tmp_path, LOADED[name]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(evaluate, base, tmp_path, dtype):
    write_adapter(base[1], tmp_path, {})
    weights = tmp_path / "adapter_model.safetensors"
    save_file({name: tensor.to(dtype) for name, tensor in load_file(weights).items()}, weights, metadata={"format": "pt"})
    with reference.no_complaints():
        adapted = PeftModel.from_pretrained(copy.deepcopy(base[1]), tmp_path).eval()
    compare(evaluate, base, tmp_path, adapted)


@pytest.mark.parametrize("cause", REFUSED)
def test_refused(base, tmp_path, cause):
    write_adapter(base[1], tmp_path, REFUSED[cause])
    done = subprocess.run(
        [ROOT / "bin/dpo", "eval", "--model", base[0], "--adapter", tmp_path, "--data", base[2]],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}, capture_output=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 1 and cause in done.stderr and "merge_and_unload" in done.stderr, done.stderr
