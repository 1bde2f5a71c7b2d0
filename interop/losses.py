"""The losses that dpo train offers, from its shell completion, as far as TRL's DPOTrainer has them."""

import subprocess
from pathlib import Path

DPO = Path(__file__).resolve().parent.parent / "bin/dpo"


OTHERS = {"dpop", "simpo", "cpo", "orpo", "kto"}  # dpop is in no trainer; the others are in test_reference_free.py and test_kto.py


def names():
    done = subprocess.run([DPO, "__complete", "train", "--loss-type", ""], capture_output=True, encoding="utf-8", check=True)
    found = [line.split("\t")[0] for line in done.stdout.splitlines() if not line.startswith(":")]
    return [name for name in found if name not in OTHERS]
