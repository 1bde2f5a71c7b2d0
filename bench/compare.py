"""Time `dpo train` against TRL on the same work, in turn, and print ratios.

usage: compare.py [--rounds 3] [--steps 6] [--batch 8] [--pairs FILE.jsonl] [--splits 1,2,4]
                  [--trl float32-live,float32-precomputed,bfloat16-live,bfloat16-precomputed]

`make bench` runs it; the machine should be quiet. Both sides load the model and measure the reference themselves; ours trains in
float32 and also writes its adapter. TRL is named by its precision and by when it computes the reference's log-probabilities:
during training, or all of them before. It pads the pairs that it computes together to one length, so it runs first with each
split of a step, and then with the one that took it the minimum of processor time. Ratios are TRL's figure over ours: above 1 is to
our favour.
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

from machine import machine

ROOT = Path(__file__).resolve().parent.parent
GGUF = ROOT / ".deps/models/SmolLM2-135M-Instruct.Q4_1.gguf"
PAIRS = ROOT / "dpocore/preference/builtin/helpfulness.jsonl"
WAYS = "float32-live", "float32-precomputed", "bfloat16-live", "bfloat16-precomputed"


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
             "--max-steps", str(steps), "--batch-size", str(batch), "--save-steps", "0", "--eval-steps", "0", "--precision", "float32"],
            XDG_CACHE_HOME=cache,
        )


def trl(pairs, steps, batch, tokenizer, way, split):
    """TRL's figures, in a precision and with its reference live or precomputed, for `split` pairs at a time."""
    script = Path(__file__).with_name("trl_dpo.py")
    precision, reference = way.split("-")
    arguments = [steps, batch, split, reference, precision]
    return measure([sys.executable, script, GGUF, tokenizer, pairs, *map(str, arguments)])


def fastest_split(pairs, batch, tokenizer, way, splits):
    """How many of a step's pairs TRL computes together in the minimum of processor time, in one step."""
    cost = {}
    for split in splits:
        cost[split] = trl(pairs, 1, batch, tokenizer, way, split)["cpu"]
        print(json.dumps({f"trl {way}, {split} pairs at a time": {"cpu": round(cost[split], 1)}}), flush=True)
    return min(cost, key=cost.get)


def show(turn, who, figures):
    print(json.dumps({"round": turn + 1, who: {key: round(value, 1) for key, value in figures.items()}}), flush=True)


def main():
    parser = argparse.ArgumentParser()
    for name, default in (("rounds", 3), ("steps", 6), ("batch", 8)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--pairs", type=Path, default=PAIRS)
    parser.add_argument("--splits", default="1,2,4")
    parser.add_argument("--trl", default=",".join(WAYS))
    options = parser.parse_args()
    ways, splits = options.trl.split(","), [int(split) for split in options.splits.split(",")]
    if unknown := [way for way in ways if way not in WAYS]:
        sys.exit(f"--trl: {unknown[0]} is none of {', '.join(WAYS)}")
    if uneven := [split for split in splits if split < 1 or options.batch % split]:
        sys.exit(f"--splits: {uneven[0]} does not divide a step of {options.batch} pairs")
    print(machine(), flush=True)
    work = options.pairs, options.steps, options.batch
    ratios, split = {}, {}
    with tempfile.TemporaryDirectory() as run:
        for turn in range(options.rounds):
            mine = ours(*work, run)
            show(turn, "dpo", mine)
            for way in ways:
                if way not in split:
                    split[way] = fastest_split(options.pairs, options.batch, run, way, splits)
                theirs = trl(*work, run, way, split[way])
                show(turn, f"trl {way}", theirs)
                for key in mine:
                    ratios.setdefault((way, key), []).append(theirs[key] / mine[key])
    for (way, key), values in ratios.items():
        print(f"TRL ({way}, {split[way]} pairs at a time) / dpo (float32), {key}: {statistics.median(values):.2f} (from {min(values):.2f} to {max(values):.2f})")


main()
