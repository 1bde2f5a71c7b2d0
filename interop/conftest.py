"""One training, one evaluation and one merge of the dpo command, and the same model in transformers."""

import copy
import json
import os
import subprocess
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # nothing here needs the network

import pairs
import pytest
import reference
import tiny
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(1)  # short texts gain little from more threads, which on a busy machine wait for each other

ROOT = Path(__file__).resolve().parent.parent
GGUF = ROOT / ".deps/models/SmolLM2-135M-Instruct.Q4_1.gguf"


def pytest_addoption(parser):
    parser.addoption("--seeds", type=int, default=3, help="random configurations of each family")


def pytest_terminal_summary(terminalreporter):
    """The largest difference of each check in each family, over all configurations."""
    table = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, (family, what, gap, equal) in [p for p in report.user_properties if p[0] == "cell"]:
            count, worst, all_equal = table.setdefault(family, {}).get(what, (0, 0.0, True))
            table[family][what] = count + 1, max(worst, gap), all_equal and equal
    columns = list(dict.fromkeys(what for row in table.values() for what in row))
    for family, row in table.items():
        cells = [f"{what} {'equal' if row[what][2] else 'DIFFERENT'} ({row[what][1]:.0e}, {row[what][0]})" for what in columns if what in row]
        terminalreporter.write_line(f"{family:8} " + ", ".join(cells))


@pytest.fixture(scope="session")
def dpo(tmp_path_factory):
    """Run bin/dpo, by default on the 4-bit model, and return its standard output. Its cache is empty, so that it computes
    everything. It trains in float32, on machines with bfloat16 too."""
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}

    def run(command, *flags):
        done = subprocess.run(
            [ROOT / "bin/dpo", command, *([] if "--model" in flags else ["--model", GGUF]),
             *(["--precision", "float32"] if command == "train" else []), *flags],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=600,
        )
        assert done.returncode == 0, f"dpo {command}: {done.stderr[-2000:]}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def tiny_model(gguf_tokenizer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    tiny.write(folder / "model", folder / "adapter", gguf_tokenizer)
    return folder / "model", folder / "adapter"


@pytest.fixture(scope="session")
def hh_file():
    path = ROOT.parent / "shared/data/hh-rlhf/harmless-base/test.jsonl.gz"
    if not path.exists():
        if os.environ.get("DPO_REQUIRE_SHARED") == "1":
            pytest.fail("DPO_REQUIRE_SHARED=1, but the HH-RLHF pairs beside the checkout are missing")
        pytest.skip("the HH-RLHF pairs beside the checkout are missing")
    return path


@pytest.fixture(scope="session")
def hh_pairs(hh_file):
    return pairs.read_hh(hh_file)


@pytest.fixture(scope="session")
def odd_file(tmp_path_factory):
    return pairs.write(tmp_path_factory.mktemp("data") / "odd.jsonl", pairs.ODD)


@pytest.fixture(scope="session")
def run_folder(dpo, odd_file, tmp_path_factory):
    """A run of three steps, with a learning rate that changes the model noticeably."""
    out = tmp_path_factory.mktemp("train") / "run"
    dpo(
        "train", "--data", odd_file, "--out", out, "--max-steps", "3", "--batch-size", "2",
        "--learning-rate", "1e-3", "--warmup-steps", "0", "--adapter-bin",
    )  # fmt: skip
    return out


@pytest.fixture(scope="session")
def merged_folder(dpo, run_folder):
    out = run_folder.parent / "merged-float32"
    dpo("merge", "--adapter", run_folder, "--out", out)
    return out


@pytest.fixture(scope="session")
def evaluate(dpo, tmp_path_factory):
    """Run dpo eval and return its lines."""

    def run(data, *flags):
        lines = tmp_path_factory.mktemp("eval") / "lines.jsonl"
        dpo("eval", "--data", data, "--per-pair", lines, *flags)
        return [json.loads(line) for line in lines.read_text().splitlines()]

    return run


@pytest.fixture(scope="session")
def evaluated(evaluate, odd_file, run_folder):
    return evaluate(odd_file, "--adapter", run_folder)


@pytest.fixture(scope="session")
def gguf_tokenizer():
    """The tokenizer built from the model file, independent of what dpo wrote."""
    return reference.tokenizer_from_gguf(GGUF)


@pytest.fixture(scope="session")
def run_tokenizer(run_folder):
    with reference.no_complaints():
        return AutoTokenizer.from_pretrained(run_folder)


@pytest.fixture(scope="session")
def base_model():
    """The model file as transformers reads it."""
    return AutoModelForCausalLM.from_pretrained(GGUF.parent, gguf_file=GGUF.name, dtype=torch.float32).eval()


@pytest.fixture(scope="session")
def load_adapter(base_model):
    """Load an adapter folder with PEFT, which only warns of missing or unexpected keys; here warnings are errors."""

    def load(folder):
        base = copy.deepcopy(base_model)
        with reference.no_complaints():
            return PeftModel.from_pretrained(base, folder).eval()

    return load


@pytest.fixture(scope="session")
def adapter_model(load_adapter, run_folder):
    return load_adapter(run_folder)


@pytest.fixture(scope="session")
def merged_model(merged_folder):
    with reference.no_complaints():
        model, report = AutoModelForCausalLM.from_pretrained(merged_folder, output_loading_info=True)
    assert not any(report.values()), report
    return model.eval()
