"""LoRA+, and adapters whose projections and layers differ: dpo train against PEFT and TRL's DPOTrainer, on a tiny model."""

import json

import pairs
import pytest
import reference
import tiny
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.optimizers import create_loraplus_optimizer
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOTrainer

STEPS, BATCH, RATE, RATIO = 10, 2, 2e-3, 4.0
TOLERANCES = {"loss": 5e-5, "rewards/margins": 5e-5, "logps/chosen": 5e-6, "grad_norm": 2e-4}  # relative above 1
UNEVEN = {"rank_pattern": {"q_proj": 2, "up_proj": 6}, "alpha_pattern": {"q_proj": 3, "down_proj": 1}, "layers_to_transform": [1]}
SETTINGS = {
    "loss_type": ["sigmoid"], "beta": 0.1, "learning_rate": RATE, "max_steps": STEPS, "warmup_steps": 0,
    "per_device_train_batch_size": BATCH, "max_length": 512,
}  # fmt: skip
FLAGS = [
    "--learning-rate", str(RATE), "--max-steps", str(STEPS), "--warmup-steps", "0", "--batch-size", str(BATCH), "--save-steps", "0",
    "--shuffle=false",
]  # fmt: skip


class PlusTrainer(DPOTrainer):
    def create_optimizer(self, *_):
        self.optimizer = create_loraplus_optimizer(self.model, torch.optim.AdamW, lr=RATE, loraplus_lr_ratio=RATIO, betas=(0.9, 0.999), eps=1e-8)
        return self.optimizer


def in_order():
    return (pairs.ODD * STEPS)[: STEPS * BATCH]


@pytest.fixture(scope="module")
def steps_file(tmp_path_factory):
    return pairs.write(tmp_path_factory.mktemp("data") / "pairs.jsonl", in_order())


@pytest.fixture(scope="module")
def uneven_adapter(tiny_model, tmp_path_factory):
    """An adapter of PEFT's with other ranks and alphas of some projections, in one of two layers."""
    folder = tmp_path_factory.mktemp("uneven")
    model = AutoModelForCausalLM.from_pretrained(tiny_model[0], dtype=torch.float32)
    lora = LoraConfig(r=4, lora_alpha=8, target_modules=tiny.MODULES, task_type="CAUSAL_LM", **UNEVEN)
    get_peft_model(model, lora).save_pretrained(folder)
    return folder


def check(run, wanted):
    found = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert len(found) == len(wanted) == STEPS
    gaps = {name: max(abs(ours[name] - theirs[name]) / max(1, abs(theirs[name])) for ours, theirs in zip(found, wanted)) for name in TOLERANCES}
    print({name: f"{gap:.1e}" for name, gap in gaps.items()}, [round(line["loss"], 4) for line in wanted])
    assert abs(wanted[-1]["rewards/margins"]) > 0.1, "the model learned next to nothing, so nothing is shown"
    assert all(gaps[name] < tolerance for name, tolerance in TOLERANCES.items()), gaps


def test_loraplus(dpo, tiny_model, steps_file, tmp_path):
    model, adapter = tiny_model
    wanted = tiny.train(model, adapter, in_order(), SETTINGS, tmp_path / "trl", PlusTrainer)
    run = tmp_path / "run"
    dpo("train", "--model", model, "--init-adapter", adapter, "--data", steps_file, "--out", run, "--loraplus-lr-ratio", str(RATIO), *FLAGS)
    check(run, wanted)


def test_uneven_steps(dpo, tiny_model, uneven_adapter, steps_file, tmp_path):
    """Ten steps from PEFT's adapter, whose form is kept: our file has the patterns and the shapes of PEFT's."""
    wanted = tiny.train(tiny_model[0], uneven_adapter, in_order(), SETTINGS, tmp_path / "trl")
    run = tmp_path / "run"
    dpo("train", "--model", tiny_model[0], "--init-adapter", uneven_adapter, "--data", steps_file, "--out", run, *FLAGS)
    check(run, wanted)
    written = json.loads((run / "adapter_config.json").read_text())
    assert {name: written[name] for name in UNEVEN} == UNEVEN


def test_uneven_in_peft(dpo, evaluate, tiny_model, steps_file, tmp_path):
    """An adapter that dpo began with patterns gives in PEFT the log-probabilities that dpo measures."""
    run = tmp_path / "run"
    dpo(
        "train", "--model", tiny_model[0], "--data", steps_file, "--out", run, *FLAGS, "--lora-r", "4", "--lora-alpha", "8", "--lora-dropout", "0.1",
        "--rank-pattern", "q_proj=2,up_proj=6", "--alpha-pattern", "q_proj=3,down_proj=1", "--layers-to-transform", "1",
    )  # fmt: skip
    base = AutoModelForCausalLM.from_pretrained(tiny_model[0], dtype=torch.float32)
    model = PeftModel.from_pretrained(base, run)
    wanted = reference.pair_log_probs(model, AutoTokenizer.from_pretrained(tiny_model[0]), pairs.ODD)
    lines = evaluate(pairs.write(tmp_path / "odd.jsonl", pairs.ODD), "--model", tiny_model[0], "--adapter", run)
    gaps = [abs(line[f"logps_{side}"] - value) for line, row in zip(lines, wanted) for side, value in zip(("chosen", "rejected"), row)]
    moved = [abs(line["logps_chosen"] - line["ref_logps_chosen"]) for line in lines]
    print(f"{max(gaps):.1e}", f"{max(moved):.2f}")
    assert max(gaps) < 2e-3 and max(moved) > 0.2
