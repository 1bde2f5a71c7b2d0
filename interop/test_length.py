"""The length of a run, its learning rates and AdamW's settings: dpo train and TRL's DPOTrainer, on a tiny model."""

import json

import pairs
import pytest
import tiny

BATCH, PAIRS = 2, 11  # 6 steps per epoch, the last one with one pair
# TRL's settings, and dpo's for the same.
RUNS = {
    "epochs": ({"num_train_epochs": 1.4, "lr_scheduler_type": "linear"}, ["--num-train-epochs=1.4", "--warmup-steps=0"]),
    "ratio": (
        {"max_steps": 7, "warmup_steps": 0.3, "lr_scheduler_type": "cosine", "num_train_epochs": 3},
        ["--max-steps=7", "--warmup-ratio=0.3", "--lr-scheduler=cosine", "--num-train-epochs=3"],
    ),
    "min_lr": (
        {"max_steps": 6, "warmup_steps": 2, "lr_scheduler_type": "cosine_with_min_lr", "lr_scheduler_kwargs": {"min_lr_rate": 0.1}},
        ["--max-steps=6", "--warmup-steps=2", "--lr-scheduler=cosine_with_min_lr", "--min-lr-rate=0.1"],
    ),
    "constant": (
        {"max_steps": 4, "warmup_steps": 2, "lr_scheduler_type": "constant"},
        ["--max-steps=4", "--warmup-steps=2", "--lr-scheduler=constant"],
    ),
    "warmup": (
        {"max_steps": 4, "warmup_steps": 2, "lr_scheduler_type": "constant_with_warmup"},
        ["--max-steps=4", "--warmup-steps=2", "--lr-scheduler=constant_with_warmup"],
    ),
    "wsd": (
        {
            "max_steps": 7, "warmup_steps": 2, "lr_scheduler_type": "warmup_stable_decay",
            "lr_scheduler_kwargs": {"num_decay_steps": 3, "min_lr_ratio": 0.1},
        },
        ["--max-steps=7", "--warmup-steps=2", "--lr-scheduler=warmup_stable_decay", "--num-decay-steps=3", "--min-lr-rate=0.1"],
    ),
    "adamw": (
        {"max_steps": 8, "weight_decay": 5.0, "adam_beta1": 0.8, "adam_beta2": 0.99, "adam_epsilon": 1e-4},
        ["--max-steps=8", "--warmup-steps=0", "--weight-decay=5", "--adam-beta1=0.8", "--adam-beta2=0.99", "--adam-epsilon=1e-4"],
    ),
}  # fmt: skip
TOLERANCES = {"loss": 1e-4, "rewards/margins": 1e-4, "logps/chosen": 5e-6, "grad_norm": 2e-4}  # relative above 1


@pytest.mark.parametrize("name", RUNS)
def test_same_steps(name, dpo, tiny_model, tmp_path):
    model, adapter = tiny_model
    list_of_pairs = (pairs.ODD * PAIRS)[:PAIRS]
    theirs, ours = RUNS[name]
    both = {"learning_rate": 2e-3, "per_device_train_batch_size": BATCH, "max_length": 512, "warmup_steps": 0}
    wanted = tiny.train(model, adapter, list_of_pairs, both | theirs, tmp_path / "trl")
    dpo(
        "train", "--model", model, "--init-adapter", adapter, "--data", pairs.write(tmp_path / "pairs.jsonl", list_of_pairs),
        "--out", tmp_path / "run", "--shuffle=false", "--learning-rate=2e-3", f"--batch-size={BATCH}", "--save-steps=0", *ours,
    )  # fmt: skip
    found = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert [line["learning_rate"] for line in found] == [line["learning_rate"] for line in wanted]
    gaps = {name: max(abs(a[name] - b[name]) / max(1, abs(b[name])) for a, b in zip(found, wanted)) for name in TOLERANCES}
    print(name, len(found), {name: f"{gap:.1e}" for name, gap in gaps.items()})
    assert all(gaps[name] < TOLERANCES[name] for name in gaps), gaps
