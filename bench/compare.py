"""Time `dpo train` against TRL on the same work, in turn, and print ratios.

usage: compare.py [--rounds 3] [--steps 6] [--batch 8]

`make bench` runs it; the machine should be quiet. Both sides load the model, train in float32 and measure the reference
themselves; ours also writes its adapter. Ratios are TRL's figure over ours: above 1 is to our favour.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GGUF = ROOT / ".deps/models/SmolLM2-135M-Instruct.Q4_1.gguf"
PAIRS = ROOT / "dpocore/preference/builtin/helpfulness.jsonl"


def measure(command, **environment):
    """Wall seconds, CPU seconds and peak memory in MiB of a command."""
    begun = time.time()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))} failed with status {status}")
    return {"wall": time.time() - begun, "cpu": usage.ru_utime + usage.ru_stime, "peak MiB": usage.ru_maxrss / 1024}


def ours(steps, batch):
    with tempfile.TemporaryDirectory() as folder:
        return measure(
            [ROOT / "bin/dpo", "train", "--model", GGUF, "--data", PAIRS, "--out", f"{folder}/run", "--shuffle=false",
             "--max-steps", str(steps), "--batch-size", str(batch), "--save-steps", "0"],
            XDG_CACHE_HOME=folder,
        )


def trl(steps, batch, reference):
    script = Path(__file__).with_name("trl_dpo.py")
    return measure([sys.executable, script, GGUF, ROOT / "dpo_finetuned_smollm2", PAIRS, str(steps), str(batch), reference])


def main():
    parser = argparse.ArgumentParser()
    for name, default in (("rounds", 3), ("steps", 6), ("batch", 8)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    ratios = {}
    for turn in range(options.rounds):
        mine = ours(options.steps, options.batch)
        print(json.dumps({"round": turn + 1, "dpo": {key: round(value, 1) for key, value in mine.items()}}), flush=True)
        for reference in ("live", "precomputed"):
            theirs = trl(options.steps, options.batch, reference)
            print(json.dumps({"round": turn + 1, f"trl {reference}": {key: round(value, 1) for key, value in theirs.items()}}), flush=True)
            for key in mine:
                ratios.setdefault((reference, key), []).append(theirs[key] / mine[key])
    for (reference, key), values in ratios.items():
        print(f"TRL (reference {reference}) / dpo, {key}: {statistics.median(values):.2f} (from {min(values):.2f} to {max(values):.2f})")


main()
