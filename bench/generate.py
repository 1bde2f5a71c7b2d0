"""Time generation against transformers, in turn, and print ratios of tokens per second: ours over transformers'.

usage: generate.py [--rounds 3]

`make bench` runs it after training; loading and compiling are not in these times.
"""
import argparse
import re
import statistics
import subprocess
import sys
from pathlib import Path

from machine import machine

ROOT = Path(__file__).resolve().parent.parent
GGUF = ROOT / ".deps/models/SmolLM2-135M-Instruct.Q4_1.gguf"


def rates(command, pattern):
    """Tokens per second by number of samples, read from a command's output."""
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if output.returncode != 0:
        sys.exit(output.stdout + output.stderr)
    return {int(samples): float(rate) for samples, rate in re.findall(pattern, output.stdout)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    ratios = {}
    for _ in range(parser.parse_args().rounds):
        mine = rates(
            ["go", "test", "./dpocore/generate", "-run", "^$", "-bench", "Generate/adapter=false", "-benchtime", "2x"],
            r"samples=(\d+)\S*\s.*?([\d.]+) tokens/s",
        )
        theirs = rates([sys.executable, ROOT / "bench/hf_generate.py", GGUF], r"samples=(\d+) ([\d.]+)")
        for samples, rate in mine.items():
            if samples in theirs:
                print(f"samples {samples}: {rate:.1f} tokens/s, transformers {theirs[samples]:.1f}", flush=True)
                ratios.setdefault(samples, []).append(rate / theirs[samples])
    for samples, values in ratios.items():
        print(f"dpo / transformers, {samples} samples: {statistics.median(values):.2f} (from {min(values):.2f} to {max(values):.2f})")


main()
