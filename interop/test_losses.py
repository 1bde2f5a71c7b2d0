"""Every loss of dpocore/loss is TRL's: TRL computes values and gradients here, and Go compares its own with them."""

import json
import os
import random
import subprocess
from pathlib import Path

import losses
import pytest
import torch
import trl_losses

ROOT = Path(__file__).resolve().parent.parent
# Our name, TRL's, and label smoothing. TRL's "sigmoid" leaves smoothing unread; its "aot", which sorts a batch, is
# conservative DPO where the batch is one pair.
# The others have no smoothing and the same name in TRL.
SMOOTHED = {
    "sigmoid": [("sigmoid", 0.0), ("aot", 0.1)], "robust": [("robust", 0.0), ("robust", 0.1)],
    "exo_pair": [("exo_pair", 0.001), ("exo_pair", 0.1)],
}  # fmt: skip
LOSSES = [(name, *theirs) for name in losses.names() for theirs in SMOOTHED.get(name, [(name, 0.0)])]
BETAS = (0.05, 0.1, 0.5)
SFT_WEIGHTS = (0.0, 0.7)


def eighths(value):
    """Eighths are exact in float32, as are differences of the numbers here: Go and TRL start from the same ones."""
    return round(8 * value) / 8


def pairs(seed):
    """Log-probabilities of a reference, of a policy near it and far from it, and numbers of tokens from 1 to 200."""
    source = random.Random(seed)
    tokens = [[source.randint(1, 200) for _ in range(2)] for _ in range(12)]
    reference = [[eighths(-source.uniform(0.5, 3) * count) for count in row] for row in tokens]
    spread = [0.0, 0.5, 0.5, 3, 3, 3, 10, 10, 30, 30, 100, 100]
    policy = [[min(0.0, value + eighths(source.gauss(0, wide))) for value in row] for row, wide in zip(reference, spread)]
    return policy, reference, tokens


def case(ours, theirs, smoothing, beta, sft_weight, seed):
    """One loss of some pairs by TRL: each pair in a separate batch, then all in one batch."""
    policy, reference, tokens = pairs(seed)
    kinds, weights = ([theirs, "sft"], [1.0, sft_weight]) if sft_weight else ([theirs], [1.0])
    alone = [
        trl_losses.batch_loss(kinds, weights, beta, smoothing, [p], [r], [t]) for p, r, t in zip(policy, reference, tokens)
    ]
    found = {
        "type": ours, "beta": beta, "smoothing": smoothing, "sft_weight": sft_weight,
        "policy": policy, "reference": reference, "tokens": tokens,
        "losses": [loss for loss, _ in alone], "gradients": [gradient[0] for _, gradient in alone],
    }  # fmt: skip
    if theirs != "aot":  # which is another loss where there is more than one pair
        found["batch_loss"], found["batch_gradients"] = trl_losses.batch_loss(
            kinds, weights, beta, smoothing, policy, reference, tokens
        )
    return found


def test_go_computes_what_trl_computes(tmp_path):
    cases = [
        case(*loss, beta, sft_weight, seed)
        for seed, loss in enumerate(LOSSES) for beta in BETAS for sft_weight in SFT_WEIGHTS
    ]  # fmt: skip
    file = tmp_path / "trl.json"
    file.write_text(json.dumps(cases))
    done = subprocess.run(
        ["go", "test", "./dpocore/loss", "-run", "^TestAgainstTRL$", "-count=1", "-v"],
        cwd=ROOT, env=go_environment() | {"DPO_TRL_LOSSES": str(file)}, capture_output=True, encoding="utf-8", timeout=600,
    )  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0 and "--- PASS: TestAgainstTRL" in done.stdout, (done.stdout + done.stderr)[-4000:]


def go_environment():
    """This one with the Go that set-up may have installed, and nothing fetched in the middle of a test."""
    path = os.pathsep.join([os.environ["PATH"], str(ROOT / ".deps/go/bin")])
    return os.environ | {"PATH": path, "GOMLX_NO_AUTO_INSTALL": "1"}


def test_trl_sigmoid_leaves_smoothing_unread():
    """The day this fails, TRL's "sigmoid" is conservative DPO too, and LOSSES can say so."""
    policy, reference, tokens = pairs(0)
    plain, smooth = (trl_losses.batch_loss(["sigmoid"], [1.0], 0.1, e, policy, reference, tokens)[0] for e in (0, 0.1))
    assert plain == smooth


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_trl_discopop_is_not_a_number_far_below_zero(dtype):
    """At a margin of −800, where ours is 800. The day this fails, the tests of Go and TRL can go there together."""
    loss, _ = trl_losses.batch_loss(["discopop"], [1.0], 1.0, 0, [[-900.0, -10.0]], [[-90.0, 0.0]], [[9, 9]], dtype)
    assert loss != loss
