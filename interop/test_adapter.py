"""The adapter folder loads in PEFT and means the same there."""

import json
import shutil

import pairs
import pytest
import reference
import torch
from peft import get_peft_model_state_dict
from safetensors.torch import load_file

TOLERANCE = 2e-3  # nats, of a sum over an answer's tokens
TENSORS = 30 * 7 * 2  # layers, projections, A and B


def farthest(lines, wanted, prefix):
    """The largest difference between dpo's log-probabilities and the wanted ones."""
    gaps = [
        abs(line[f"{prefix}_{side}"] - value)
        for line, row in zip(lines, wanted, strict=True)
        for side, value in zip(("chosen", "rejected"), row)
    ]
    return max(gaps)


@pytest.fixture(scope="module")
def base_log_probs(base_model, gguf_tokenizer):
    return reference.pair_log_probs(base_model, gguf_tokenizer, pairs.ODD)


@pytest.fixture(scope="module")
def bin_only(run_folder, tmp_path_factory):
    """The run folder with adapter_model.bin alone."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("adapter_config.json", "adapter_model.bin"):
        shutil.copy(run_folder / name, folder)
    return folder


def test_settings_are_named(run_folder):
    """PEFT takes 8 for either one that is missing."""
    settings = json.loads((run_folder / "adapter_config.json").read_text())
    assert (settings["r"], settings["lora_alpha"]) == (16, 16)


def test_bin_loads_as_weights_only(run_folder):
    stored = torch.load(run_folder / "adapter_model.bin", weights_only=True)
    wanted = load_file(run_folder / "adapter_model.safetensors")
    assert len(wanted) == TENSORS and stored.keys() == wanted.keys()
    assert all(tensor.dtype == torch.float32 for tensor in stored.values())
    assert all(torch.equal(stored[name], tensor) for name, tensor in wanted.items())


@pytest.mark.parametrize("folder", ["run_folder", "bin_only"])
def test_same_log_probs(request, folder, load_adapter, run_folder, gguf_tokenizer, evaluated, base_log_probs):
    model = load_adapter(request.getfixturevalue(folder))
    settings = model.peft_config["default"]
    assert (settings.r, settings.lora_alpha) == (16, 16)
    loaded, wanted = get_peft_model_state_dict(model, save_embedding_layers=False), load_file(run_folder / "adapter_model.safetensors")
    assert loaded.keys() == wanted.keys() and all(torch.equal(loaded[name], wanted[name]) for name in wanted)

    log_probs = reference.pair_log_probs(model, gguf_tokenizer, pairs.ODD)
    assert farthest(evaluated, base_log_probs, "logps") > 1, "the adapter does next to nothing, so nothing is shown"
    assert farthest(evaluated, log_probs, "logps") < TOLERANCE
    assert farthest(evaluated, base_log_probs, "ref_logps") < TOLERANCE


def test_margin(evaluated):
    for line in evaluated:
        gain = {side: line[f"logps_{side}"] - line[f"ref_logps_{side}"] for side in ("chosen", "rejected")}
        assert line["margin"] == pytest.approx(gain["chosen"] - gain["rejected"], abs=1e-4)


def test_base_model_on_hh(evaluate, hh_pairs, base_model, gguf_tokenizer, tmp_path):
    first = hh_pairs[:10]
    lines = evaluate(pairs.write(tmp_path / "hh.jsonl", first))
    assert [line["line"] for line in lines] == list(range(len(first)))
    assert farthest(lines, reference.pair_log_probs(base_model, gguf_tokenizer, first), "logps") < TOLERANCE
