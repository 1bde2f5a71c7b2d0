"""Ten steps of full fine-tuning: dpo train --full and TRL's DPOTrainer without PEFT, on tiny models."""

import json

import pairs
import pytest
import reference
import tiny
from test_adapter import TOLERANCE, farthest
from test_loss_runs import BATCH, STEPS, TOLERANCES, in_order, steps_file  # noqa: F401
from transformers import AutoModelForCausalLM, AutoTokenizer

RATE, BETA, DECAY = 1e-4, 0.1, 0.1


@pytest.fixture(scope="module", params=[True, False], ids=["tied", "untied"])
def model_folder(request, gguf_tokenizer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("full")
    tiny.write(folder / "model", folder / "adapter", gguf_tokenizer, tied=request.param)
    return folder / "model"


def test_same_ten_steps(model_folder, dpo, evaluate, odd_file, steps_file, tmp_path):  # noqa: F811
    settings = {
        "beta": BETA, "learning_rate": RATE, "weight_decay": DECAY, "max_steps": STEPS, "warmup_steps": 0,
        "per_device_train_batch_size": BATCH, "max_length": 512,
    }  # fmt: skip
    trained = []
    wanted = tiny.train(model_folder, None, in_order(), settings, tmp_path / "trl", trained=trained)
    dpo(
        "train", "--full", "--model", model_folder, "--data", steps_file, "--out", tmp_path / "run", "--shuffle=false", "--beta", str(BETA),
        "--learning-rate", str(RATE), "--weight-decay", str(DECAY), "--max-steps", str(STEPS), "--warmup-steps", "0", "--batch-size", str(BATCH),
        "--max-length", "512", "--save-steps", "0",
    )  # fmt: skip
    found = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert len(found) == len(wanted) == STEPS
    gaps = {name: max(abs(ours[name] - theirs[name]) / max(1, abs(theirs[name])) for ours, theirs in zip(found, wanted)) for name in TOLERANCES}
    print({name: f"{gap:.1e}" for name, gap in gaps.items()}, [round(line["loss"], 4) for line in wanted])
    assert abs(wanted[-1]["rewards/margins"]) > 0.1, "the model learned next to nothing, so nothing is shown"
    ours = AutoModelForCausalLM.from_pretrained(tmp_path / "run").state_dict()
    AutoTokenizer.from_pretrained(tmp_path / "run/checkpoint-10")
    assert AutoModelForCausalLM.from_pretrained(tmp_path / "run/checkpoint-10").state_dict().keys() == ours.keys()
    far = {name: (ours[name] - weight).abs().max().item() for name, weight in trained[0].state_dict().items()}
    print("largest difference of a weight", max(far.values()), "after steps of up to", RATE)
    assert gaps["loss"] < 1e-4, gaps
    assert max(far.values()) < 2 * RATE, far

    lines = evaluate(odd_file, "--model", model_folder, "--adapter", tmp_path / "run")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "run")
    for prefix, folder in ("logps", tmp_path / "run"), ("ref_logps", model_folder):
        model = AutoModelForCausalLM.from_pretrained(folder).eval()
        gap = farthest(lines, reference.pair_log_probs(model, tokenizer, pairs.ODD), prefix)
        print(f"dpo eval, {prefix}: {gap:.1e} nats")
        assert gap < TOLERANCE
