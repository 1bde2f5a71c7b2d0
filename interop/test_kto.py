"""Ten steps of KTO: dpo train and TRL's KTOTrainer, on a tiny model; on answers with labels, and on pairs, which TRL takes apart."""

import json

import pairs
import pytest
import torch
from datasets import Dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import KTOConfig, KTOTrainer

STEPS, BATCH, RATE = 10, 4, 5e-3
TOLERANCES = {
    "loss": 1e-4, "kl": 1e-4, "rewards/chosen": 1e-4, "rewards/rejected": 1e-4, "rewards/margins": 1e-4, "logps/chosen": 1e-5,
    "logps/rejected": 1e-5, "logits/chosen": 1e-4, "logits/rejected": 1e-4, "grad_norm": 2e-4,
}  # fmt: skip; relative above 1

SETTINGS = {
    "plain": {"beta": 0.1},
    "weights": {"beta": 0.3, "desirable_weight": 1.5, "undesirable_weight": 0.25},
}


def row(prompt, answer, label):
    return {"prompt": prompt, "completion": [pairs.assistant(answer)], "label": label}


def labeled():
    """Good and bad answers, more of the former, none of them twice in a step, and one step without bad ones."""
    answers = [row(pair.prompt, pair.rejected if i in (1, 2, 4) else pair.chosen, i not in (1, 2, 4)) for i, pair in enumerate(pairs.ODD)]
    answers += [row(pair.prompt, pair.chosen, True) for pair in pairs.ODD[:BATCH]]
    return (answers * STEPS)[: STEPS * BATCH]


def paired():
    return (pairs.ODD * STEPS)[: STEPS * BATCH]


def apart(list_of_pairs):
    """The answers of each batch of pairs in TRL's order: the good ones, then the bad ones."""
    rows = []
    for start in range(0, len(list_of_pairs), BATCH):
        batch = list_of_pairs[start : start + BATCH]
        rows += [row(pair.prompt, pair.chosen, True) for pair in batch] + [row(pair.prompt, pair.rejected, False) for pair in batch]
    return rows


def by_trl(model, adapter, rows, batch, output, settings):
    config = KTOConfig(
        output_dir=str(output), bf16=False, use_cpu=True, gradient_checkpointing=False, save_strategy="no", report_to="none",
        logging_steps=1, disable_tqdm=True, train_sampling_strategy="sequential", seed=42, learning_rate=RATE, max_steps=STEPS,
        warmup_steps=0, per_device_train_batch_size=batch, max_length=512, **settings,
    )  # fmt: skip
    trainer = KTOTrainer(
        model=PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32), adapter, is_trainable=True),
        args=config, train_dataset=Dataset.from_list(rows), processing_class=AutoTokenizer.from_pretrained(model),
    )  # fmt: skip
    trainer.train()
    return [line for line in trainer.state.log_history if "loss" in line]


def compare(dpo, tiny_model, tmp_path, data, rows, batch, settings):
    model, adapter = tiny_model
    wanted = by_trl(model, adapter, rows, batch, tmp_path / "trl", settings)
    dpo(
        "train", "--model", model, "--init-adapter", adapter, "--data", data, "--shuffle=false", "--out", tmp_path / "run",
        "--loss-type", "kto", "--learning-rate", str(RATE), "--max-steps", str(STEPS), "--warmup-steps", "0",
        "--batch-size", str(BATCH), "--save-steps", "0",
        *[part for name, value in settings.items() for part in ("--" + name.replace("_", "-"), str(value))],
    )  # fmt: skip
    found = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert len(found) == len(wanted) == STEPS
    gaps = dict.fromkeys(TOLERANCES, 0.0)
    for ours, theirs in zip(found, wanted):
        for name in TOLERANCES:
            if name in theirs:  # TRL leaves out what a step has not
                gaps[name] = max(gaps[name], abs(ours[name] - theirs[name]) / max(1, abs(theirs[name])))
            else:
                assert ours[name] is None, (name, ours[name])
    print(settings, gaps, [round(line["loss"], 4) for line in wanted], [round(line["kl"], 4) for line in wanted])
    if "desirable_weight" in settings:  # without, the good answers of pairs do not become likelier
        assert max(line["kl"] for line in wanted) > 0.01, "the divergence is always 0, so nothing is shown about it"
    for name, tolerance in TOLERANCES.items():
        assert gaps[name] < tolerance, (name, gaps[name])


@pytest.mark.parametrize("name", SETTINGS)
def test_same_ten_steps_on_pairs(name, dpo, tiny_model, tmp_path):
    data = pairs.write(tmp_path / "pairs.jsonl", paired())
    compare(dpo, tiny_model, tmp_path, data, apart(paired()), 2 * BATCH, SETTINGS[name])


@pytest.mark.parametrize("name", SETTINGS)
def test_same_ten_steps_on_labels(name, dpo, tiny_model, tmp_path):
    data = tmp_path / "answers.jsonl"
    data.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in labeled()), encoding="utf-8")
    compare(dpo, tiny_model, tmp_path, data, labeled(), BATCH, SETTINGS[name])
