"""Models of all families with random configurations: everything that this program computes with them equals transformers' and PEFT's."""

import copy
import json
import os
import subprocess

import pytest
import random_models
import reference
import torch
from conftest import ROOT
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

NEW = 10  # tokens of an answer
BETA = 0.3
CLOSE = 2e-5  # of the largest value


class Case:
    """A model, an adapter, and what is to be computed with them."""

    def __init__(self, name, seed, root):
        self.name, self.root = name, root
        self.base, self.in_file = random_models.write(root / "model", root / "model.gguf", name, seed)
        self.config = copy.deepcopy(self.base.config)
        self.adapted = random_models.adapt(root / "peft", copy.deepcopy(self.base), name, seed)
        self.pairs = random_models.pairs(self.config.vocab_size, seed)
        torch.manual_seed(seed)
        self.tokens = torch.randint(0, self.config.vocab_size, (60,)).tolist()

    def job(self):
        return {
            "Model": self.root / "model", "GGUF": self.root / "model.gguf", "Adapter": self.root / "peft", "Tokens": self.tokens, "Pairs": self.pairs, "Beta": BETA, "New": NEW,
            "Out": self.root / "out.safetensors", "Written": self.root / "written", "Merged": self.root / "merged",
        }  # fmt: skip

    def logits(self, model, tokens=None):
        return model(input_ids=torch.tensor([tokens or self.tokens])).logits[0]

    def log_probs(self, model):
        """[pairs, 2], each answer in a separate sequence."""
        rows = []
        for pair in self.pairs:
            for side in ("Chosen", "Rejected"):
                ids = pair["Prompt"] + pair[side]
                logits = self.logits(model, ids)[len(pair["Prompt"]) - 1 : -1]
                rows.append(torch.log_softmax(logits, -1).gather(1, torch.tensor(pair[side])[:, None]).sum())
        return torch.stack(rows).reshape(-1, 2)


@pytest.fixture(scope="module")
def cases(request, tmp_path_factory):
    """All cases, and the words of this program, which computes them in one process."""
    made = {}
    for name, seed in request.config.stash[KEY]:
        made[name, seed] = Case(name, seed, tmp_path_factory.mktemp(f"{name}{seed}"))
    program = tmp_path_factory.mktemp("program") / "computed"
    subprocess.run(["go", "build", "-o", program, "./interop/computed"], cwd=ROOT, check=True)
    lines = "\n".join(json.dumps(case.job(), default=str) for case in made.values())
    # Pure Go compiles nothing; the graphs are those of XLA.
    environment = {"GOMLX_BACKEND": "go", "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}
    done = subprocess.run([program], cwd=ROOT, input=lines, env=environment | dict(os.environ), capture_output=True, encoding="utf-8", timeout=3000)
    return made, done.stderr


KEY = pytest.StashKey()


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        seeds = range(metafunc.config.getoption("seeds"))
        metafunc.config.stash[KEY] = [(name, seed) for name in random_models.FAMILIES for seed in seeds]
        metafunc.parametrize("case", metafunc.config.stash[KEY], indirect=True, ids=lambda pair: f"{pair[0]}-{pair[1]}")


@pytest.fixture
def case(request, cases):
    made, words = cases
    case = made[request.param]
    assert (case.root / "out.safetensors").exists(), words[-2000:]
    case.found = load_file(case.root / "out.safetensors")
    return case


@pytest.fixture
def check(case, record_property):
    """Compare two tensors, relative to the largest value; a cell of the table printed at the end."""

    def compare(what, got, want, close=CLOSE):
        gap = ((got - want).abs().max() / want.abs().max()).item()
        record_property("cell", (case.name, what, gap, gap < close))
        assert gap < close, f"{what}: {gap:.1e} of the largest value"

    return compare


@torch.no_grad()
def test_logits(case, check):
    check("logits", case.found["logits"], case.logits(case.base))


def test_log_probs_and_gradients(case, check):
    """Of DPO's loss, each answer in a separate sequence; here both pairs share a row, and each prompt is computed once."""
    model = case.adapted
    with torch.no_grad():
        before = case.log_probs(case.base)
    for key, value in model.named_parameters():
        value.requires_grad_("lora_" in key)
    after = case.log_probs(model)
    check("log-probs", torch.cat([case.found["reference"], case.found["policy"]]), torch.cat([before, after.detach()]))
    margins = BETA * ((after - before)[:, 0] - (after - before)[:, 1])
    (-torch.nn.functional.logsigmoid(margins).mean()).backward()
    wanted = {key.replace(".default", ""): value.grad for key, value in model.named_parameters() if value.grad is not None}
    assert sorted(wanted) == sorted(key for key in case.found if "lora_" in key)
    flat = lambda of: torch.cat([of[key].flatten() for key in sorted(wanted)])  # noqa: E731
    check("gradients", flat(case.found), flat(wanted))


@torch.no_grad()
def test_generation_with_a_cache(case, check):
    """Each token is the likeliest one without a cache."""
    answer = case.found["answer"].long()
    assert len(answer) == NEW
    prompt = case.pairs[0]["Prompt"]
    logits = case.logits(case.base, prompt + answer.tolist())[len(prompt) - 1 : -1]
    check("cache", logits.gather(1, answer[:, None])[:, 0], logits.max(1).values)


@torch.no_grad()
def test_gguf(case, check):
    """Of a configuration that a GGUF file can describe."""
    check("GGUF", case.found["gguf_logits"], case.logits(case.in_file))


@torch.no_grad()
def test_files(case, check):
    want = case.logits(case.adapted)
    assert (want - case.logits(case.base)).abs().max() > 1e-2, "the adapter does next to nothing, so nothing is shown"
    with reference.no_complaints():
        adapter = PeftModel.from_pretrained(case.base, case.root / "written").eval()
        check("adapter", case.logits(adapter), want)
        merged, report = AutoModelForCausalLM.from_pretrained(case.root / "merged", output_loading_info=True)
    assert not any(report.values()), report
    check("merged", case.logits(merged.eval()), want)
