"""Time `dpo train` against TRL on the same work, in turn, and print ratios.

usage: compare.py [--rounds 3] [--steps 6] [--batch 8] [--pairs FILE.jsonl] [--trl live,precomputed,bfloat16]

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


def ours(pairs, steps, batch, out):
    """Our figures; `out` also takes the tokenizer that TRL then reads, and nothing is known of the reference before."""
    with tempfile.TemporaryDirectory() as cache:
        return measure(
            [ROOT / "bin/dpo", "train", "--model", GGUF, "--data", pairs, "--out", out, "--overwrite", "--shuffle=false",
             "--max-steps", str(steps), "--batch-size", str(batch), "--save-steps", "0", "--eval-steps", "0"],
            XDG_CACHE_HOME=cache,
        )


def trl(pairs, steps, batch, tokenizer, way):
    """TRL's figures: in float32 with its reference live or computed ahead, or in bfloat16, with its reference ahead."""
    script = Path(__file__).with_name("trl_dpo.py")
    reference = "live" if way == "live" else "precomputed"
    precision = "bfloat16" if way == "bfloat16" else "float32"
    return measure([sys.executable, script, GGUF, tokenizer, pairs, str(steps), str(batch), reference, precision])


def show(turn, who, figures):
    print(json.dumps({"round": turn + 1, who: {key: round(value, 1) for key, value in figures.items()}}), flush=True)


def main():
    parser = argparse.ArgumentParser()
    for name, default in (("rounds", 3), ("steps", 6), ("batch", 8)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--pairs", type=Path, default=PAIRS)
    parser.add_argument("--trl", default="live,precomputed,bfloat16")
    options = parser.parse_args()
    work = options.pairs, options.steps, options.batch
    ratios = {}
    with tempfile.TemporaryDirectory() as run:
        for turn in range(options.rounds):
            mine = ours(*work, run)
            show(turn, "dpo", mine)
            for way in options.trl.split(","):
                theirs = trl(*work, run, way)
                show(turn, f"trl {way}", theirs)
                for key in mine:
                    ratios.setdefault((way, key), []).append(theirs[key] / mine[key])
    for (way, key), values in ratios.items():
        print(f"TRL ({way}) / dpo, {key}: {statistics.median(values):.2f} (from {min(values):.2f} to {max(values):.2f})")


main()
