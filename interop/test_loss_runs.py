"""Ten steps with every loss: dpo train and TRL's DPOTrainer, on a tiny model."""

import json

import losses
import pairs
import pytest
import tiny

STEPS, BATCH, RATE, BETA = 10, 2, 2e-3, 0.1
SMOOTHING = {"robust": 0.1, "exo_pair": 0.001}
MPO = ("sigmoid,bco_pair,sft", 0.0, "0.8,0.2,1.0")
# dpo's loss, label smoothing, and the weights of its losses or that of the SFT term
RUNS = [(name, SMOOTHING.get(name, 0.0), None) for name in losses.names()] + [("sigmoid", 0.0, 0.5), MPO]
TOLERANCES = {"loss": 5e-5, "rewards/margins": 5e-5, "logps/chosen": 5e-6, "grad_norm": 2e-4, "entropy": 1e-4, "mean_token_accuracy": 1e-9}  # relative above 1


@pytest.fixture(scope="module")
def steps_file(tmp_path_factory):
    """As many pairs as the steps take, none of them twice in a step."""
    return pairs.write(tmp_path_factory.mktemp("data") / "pairs.jsonl", in_order())


def in_order():
    return (pairs.ODD * STEPS)[: STEPS * BATCH]


def settings(loss, smoothing, weights):
    kinds, weights = loss.split(","), [1.0, weights] if isinstance(weights, float) else numbers(weights)
    if weights and len(weights) > len(kinds):
        kinds.append("sft")
    return {
        "loss_type": kinds, "loss_weights": weights, "label_smoothing": smoothing, "beta": BETA, "learning_rate": RATE,
        "max_steps": STEPS, "warmup_steps": 0, "per_device_train_batch_size": BATCH, "max_length": 512,
    }  # fmt: skip


def numbers(text):
    return [float(part) for part in text.split(",")] if text else None


def flags(loss, smoothing, weights):
    """The same for dpo train."""
    given = {
        "loss-type": loss, "label-smoothing": smoothing, "beta": BETA, "learning-rate": RATE, "max-steps": STEPS,
        "warmup-steps": 0, "batch-size": BATCH, "max-length": 512, "save-steps": 0,
    } | ({"sft-weight" if isinstance(weights, float) else "loss-weights": weights} if weights else {})  # fmt: skip
    return ["--shuffle=false"] + [part for name, value in given.items() for part in (f"--{name}", str(value))]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run[0] + ("+sft" if isinstance(run[2], float) else ""))
def test_same_ten_steps(run, dpo, tiny_model, steps_file, tmp_path):
    model, adapter = tiny_model
    wanted = tiny.train(model, adapter, in_order(), settings(*run), tmp_path / "trl")
    dpo("train", "--model", model, "--init-adapter", adapter, "--data", steps_file, "--out", tmp_path / "run", *flags(*run))
    found = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert len(found) == len(wanted) == STEPS
    gaps = {name: [] for name in TOLERANCES}
    for ours, theirs in zip(found, wanted):
        for name in gaps:
            gaps[name].append(abs(ours[name] - theirs[name]) / max(1, abs(theirs[name])))
    print(run, {name: f"{max(gap):.1e}" for name, gap in gaps.items()}, [round(line["loss"], 4) for line in wanted])
    assert abs(wanted[-1]["rewards/margins"]) > 0.1, "the model learned next to nothing, so nothing is shown"
    for name, tolerance in TOLERANCES.items():
        assert max(gaps[name]) < tolerance, (name, gaps[name])
