"""The event file of a run as tensorboard reads it: whole, resumed after a kill in the middle of a write, and replayed."""

import json
import math
import subprocess
from pathlib import Path

import pairs
from conftest import ROOT

STEPS, FILE = 6, "events.out.tfevents.0.dpo"


def read(folder):
    python = ROOT / ".deps/tensorboard/bin/python"
    return json.loads(subprocess.run([python, Path(__file__).parent / "tensorboard/read.py", folder], check=True, capture_output=True, encoding="utf-8").stdout)


def logged(folder):
    """The metrics of the run's logs under the names of TRL's Trainer, as tensorboard keeps them."""
    wanted = {}
    for name, prefix, group in ("metrics.jsonl", "", "train/"), ("eval_metrics.jsonl", "eval_", "eval/"):
        for line in (folder / name).read_text().splitlines():
            row = json.loads(line)
            for key, value in row.items():
                if key not in ("step", "seconds") and key.startswith(prefix):
                    wanted.setdefault(group + key.removeprefix(prefix), []).append([row["step"], value])
    return wanted


def check(folder):
    found, wanted = read(folder), logged(folder)
    assert found["scalars"].keys() == wanted.keys()
    assert {"train/loss", "train/rewards/margins", "train/learning_rate", "eval/loss", "eval/rewards/accuracies"} <= wanted.keys()
    for tag, points in wanted.items():
        assert [step for step, _ in found["scalars"][tag]] == [step for step, _ in points], tag
        for (_, ours), (_, theirs) in zip(points, found["scalars"][tag]):
            assert math.isclose(ours, theirs, rel_tol=1e-6, abs_tol=1e-12), tag
    assert found["plugins"] == {"args/text_summary": "text"}
    assert json.loads(found["texts"]["args/text_summary"])["max_steps"] == STEPS
    return found


def test_event_file(dpo, tiny_model, odd_file, tmp_path):
    model, _ = tiny_model
    flags = [
        "--model", model, "--data", odd_file, "--eval-data", odd_file, "--batch-size", "2", "--eval-steps", "2", "--save-steps", "2",
        "--max-steps", str(STEPS), "--out", tmp_path / "run", "--report-to", "tensorboard",
    ]  # fmt: skip
    dpo("train", *flags)
    whole = check(tmp_path / "run")
    assert len(whole["scalars"]["train/loss"]) == STEPS

    events = tmp_path / "run" / FILE  # as if the process had been killed in the middle of the last write, before the run's end
    events.write_bytes(events.read_bytes()[:-20])
    record = json.loads((tmp_path / "run/checkpoint-4/run.json").read_text())
    (tmp_path / "run/run.json").write_text(json.dumps(record))
    for left in ["checkpoint-6", "trainer_state.json", "adapter_model.safetensors"]:
        subprocess.run(["rm", "-r", tmp_path / "run" / left], check=True)
    dpo("train", *flags, "--resume")
    assert losses(check(tmp_path / "run")) == losses(whole)

    dpo("replay", tmp_path / "run", "--out", tmp_path / "replay", "--model", model)
    assert losses(check(tmp_path / "replay")) == losses(whole)


def losses(read):
    return read["scalars"]["train/loss"], read["scalars"]["eval/loss"]
