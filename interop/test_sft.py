"""Ten steps of supervised fine-tuning: dpo sft and TRL's SFTTrainer with the loss on completions only, on a tiny model."""

import json

import pairs
import pytest
import tiny
import torch
from datasets import Dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

STEPS, BATCH, RATE = 10, 2, 2e-3
TOLERANCES = {"loss": 1e-4, "mean_token_accuracy": 1e-6, "grad_norm": 2e-4, "num_tokens": 0.5}  # relative above 1, but the last


def in_order():
    return (pairs.ODD * STEPS)[: STEPS * BATCH]


def by_trl(model, adapter, output, accumulation):
    rows = [{"prompt": pair.prompt, "completion": [pairs.assistant(pair.chosen)]} for pair in in_order()]
    config = SFTConfig(
        output_dir=str(output), bf16=False, use_cpu=True, gradient_checkpointing=False, save_strategy="no", report_to="none",
        logging_steps=1, disable_tqdm=True, train_sampling_strategy="sequential", seed=42, learning_rate=RATE,
        max_steps=STEPS // accumulation, warmup_steps=0, per_device_train_batch_size=BATCH,
        gradient_accumulation_steps=accumulation, max_length=512, completion_only_loss=True, packing=False,
    )  # fmt: skip
    trainer = SFTTrainer(
        model=PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32), adapter, is_trainable=True),
        args=config, train_dataset=Dataset.from_list(rows), processing_class=AutoTokenizer.from_pretrained(model),
    )  # fmt: skip
    trainer.train()
    return [line for line in trainer.state.log_history if "loss" in line]


def write(path, form):
    with open(path, "w", encoding="utf-8") as file:
        for pair in in_order():
            answer = [pairs.assistant(pair.chosen)]
            row = {"messages": pair.prompt + answer} if form == "messages" else {"prompt": pair.prompt, "completion": answer}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


@pytest.mark.parametrize("form, accumulation", [("prompt", 1), ("messages", 1), ("prompt", 2)])
def test_same_steps(form, accumulation, dpo, tiny_model, tmp_path):
    model, adapter = tiny_model
    wanted = by_trl(model, adapter, tmp_path / "trl", accumulation)
    dpo(
        "sft", "--model", model, "--init-adapter", adapter, "--data", write(tmp_path / "answers.jsonl", form), "--shuffle=false",
        "--out", tmp_path / "run", "--learning-rate", str(RATE), "--max-steps", str(STEPS // accumulation), "--warmup-steps", "0",
        "--batch-size", str(BATCH), "--gradient-accumulation-steps", str(accumulation), "--save-steps", "0",
    )  # fmt: skip
    found = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert len(found) == len(wanted) == STEPS // accumulation
    # With accumulation TRL logs the mean of the batches' accuracies, and here it is that of the tokens.
    names = [name for name in TOLERANCES if accumulation == 1 or name != "mean_token_accuracy"]
    gaps = {
        name: max(abs(ours[name] - theirs[name]) / (1 if name == "num_tokens" else max(1, abs(theirs[name]))) for ours, theirs in zip(found, wanted))
        for name in names
    }
    print(form, accumulation, gaps, [round(line["loss"], 4) for line in wanted])
    assert wanted[-1]["loss"] < wanted[0]["loss"] - 0.05, "the model learned next to nothing, so nothing is shown"
    for name in names:
        assert gaps[name] < TOLERANCES[name], (name, gaps[name])
