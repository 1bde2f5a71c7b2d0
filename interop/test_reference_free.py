"""Ten steps with the losses that need no reference: dpo train and TRL's CPOTrainer and ORPOTrainer, on a tiny model."""

import json

import pairs
import pytest
import tiny
from transformers import AutoTokenizer
from trl.experimental.cpo import CPOConfig, CPOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer

STEPS, BATCH, RATE = 10, 2, 2e-3
TOLERANCES = {"loss": 1e-4, "rewards/chosen": 1e-4, "rewards/margins": 1e-4, "grad_norm": 2e-4}  # relative above 1

# These trainers end an answer with the end token even where the template wrote a newline after it; these templates do not.
ANSWER = "{% if m.role == 'assistant' %}<|im_start|>{{ m.content }}<|im_end|>"
START = "{% if add_generation_prompt %}<|im_start|>{% endif %}"
WHOLE = "{% for m in messages %}" + ANSWER + "{% else %}{{ m.role }}: {{ m.content }}{% endif %}{% endfor %}" + START
# ORPOTrainer averages its SFT term over the prompt's tokens too, apart from the first: here the prompt has no others.
ANSWERS_ONLY = "{% for m in messages %}" + ANSWER + "{% endif %}{% endfor %}" + START

# dpo's flags, TRL's trainer, its settings, and the template
RUNS = {
    "cpo": ({"loss-type": "cpo", "beta": 0.1}, CPOTrainer, CPOConfig, {"beta": 0.1}, WHOLE),
    "cpo-smoothed": ({"loss-type": "cpo", "beta": 0.3, "label-smoothing": 0.1}, CPOTrainer, CPOConfig, {"beta": 0.3, "label_smoothing": 0.1}, WHOLE),
    "simpo": ({"loss-type": "simpo", "beta": 2.0, "simpo-gamma": 0.8}, CPOTrainer, CPOConfig, {"loss_type": "simpo", "beta": 2.0, "simpo_gamma": 0.8, "cpo_alpha": 0.0}, WHOLE),
    "simpo,sft": ({"loss-type": "simpo,sft", "loss-weights": "1,0.5", "beta": 2.0}, CPOTrainer, CPOConfig, {"loss_type": "simpo", "beta": 2.0, "cpo_alpha": 0.5}, WHOLE),
    "orpo": ({"loss-type": "orpo", "beta": 0.5}, ORPOTrainer, ORPOConfig, {"beta": 0.5}, ANSWERS_ONLY),
}  # fmt: skip


def in_order():
    """Pairs of a single turn, none of them twice in a step."""
    single = [pair for pair in pairs.ODD if len(pair.prompt) == 1]
    return (single * STEPS)[: STEPS * BATCH]


def with_template(model, template, folder):
    """The tiny model with another chat template."""
    for file in model.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template, tokenizer.pad_token = template, tokenizer.eos_token
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", RUNS)
def test_same_ten_steps(name, dpo, tiny_model, tmp_path):
    flags, trainer, config, settings, template = RUNS[name]
    (tmp_path / "model").mkdir()
    model, adapter = with_template(tiny_model[0], template, tmp_path / "model"), tiny_model[1]
    settings |= {
        "learning_rate": RATE, "max_steps": STEPS, "warmup_steps": 0, "per_device_train_batch_size": BATCH, "max_length": 512,
        "lr_scheduler_type": "linear",
    }  # fmt: skip
    wanted = tiny.train(model, adapter, in_order(), settings, tmp_path / "trl", trainer, config)
    flags |= {
        "learning-rate": RATE, "max-steps": STEPS, "warmup-steps": 0, "batch-size": BATCH, "max-length": 512, "save-steps": 0,
    }  # fmt: skip
    data = pairs.write(tmp_path / "pairs.jsonl", in_order())
    dpo(
        "train", "--model", model, "--init-adapter", adapter, "--data", data, "--out", tmp_path / "run", "--shuffle=false",
        *[part for flag, value in flags.items() for part in (f"--{flag}", str(value))],
    )  # fmt: skip
    found = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert len(found) == len(wanted) == STEPS
    gaps = {
        what: max(abs(ours[what] - theirs[what]) / max(1, abs(theirs[what])) for ours, theirs in zip(found, wanted))
        for what in TOLERANCES
    }
    print(name, {what: f"{gap:.1e}" for what, gap in gaps.items()}, [round(line["loss"], 4) for line in wanted])
    assert abs(wanted[-1]["loss"] - wanted[0]["loss"]) > 0.03, "the model learned next to nothing, so nothing is shown"
    for what, tolerance in TOLERANCES.items():
        assert gaps[what] < tolerance, (what, gaps[what])
