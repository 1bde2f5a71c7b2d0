"""Each family of models: the same tokens, logits, adapter and merged model as in transformers and PEFT."""

import copy
import json
import subprocess

import families
import numpy
import pairs
import pytest
import reference
import torch
from conftest import ROOT
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

LOGITS = 1e-4
NATS = 1e-3  # of a sum over an answer's tokens


@pytest.fixture(scope="module")
def logits(tmp_path_factory):
    """The logits of this program's forward pass for model folders, each [tokens, vocabulary]."""
    program = tmp_path_factory.mktemp("program") / "logits"
    subprocess.run(["go", "build", "-o", program, "./interop/families"], cwd=ROOT, check=True)

    def run(ids, *folders):
        done = subprocess.run([program, *folders], cwd=ROOT, input=json.dumps(ids).encode(), capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        return numpy.frombuffer(done.stdout, numpy.float32).reshape(len(folders), len(ids), -1)

    return run


class Case:
    """A family's model in transformers, and what dpo made of its folder."""

    def __init__(self, name, root, dpo):
        self.folder, self.run, self.merged, self.data = root / "model", root / "run", root / "merged", root / "odd.jsonl"
        self.base = families.write(self.folder, name, shards=name == "qwen2")
        # As tokenizer.json has it: for some classes transformers builds another one.
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(self.folder)
        self.ends = families.FAMILIES[name].ends
        pairs.write(self.data, pairs.ODD)
        dpo(
            "train", "--model", self.folder, "--data", self.data, "--out", self.run, "--merged", self.merged,
            "--max-steps", "2", "--batch-size", "2", "--learning-rate", "1e-2", "--warmup-steps", "0", "--lora-r", "4",
        )  # fmt: skip

    def adapted(self):
        with reference.no_complaints():
            return PeftModel.from_pretrained(copy.deepcopy(self.base), self.run).eval()


@pytest.fixture(scope="module", params=families.FAMILIES)
def case(request, dpo, tmp_path_factory):
    return Case(request.param, tmp_path_factory.mktemp(request.param), dpo)


def test_tokens(dpo, case):
    rows = [json.loads(line) for line in dpo("tokens", "--model", case.folder, "--data", case.data).splitlines()]
    got = [(row["prompt_ids"], row["chosen_ids"], row["rejected_ids"]) for row in rows]
    assert got == reference.pair_ids(case.tokenizer, pairs.ODD)
    for folder in (case.run, case.merged):
        with reference.no_complaints():
            written = AutoTokenizer.from_pretrained(folder)
        assert got == reference.pair_ids(written, pairs.ODD)


@torch.no_grad()
def test_logits(logits, case):
    """Of the model and of the merged one, at positions on both sides of where Llama 3's scaling bends."""
    torch.manual_seed(1)
    ids = torch.randint(0, case.base.config.vocab_size, (400,)).tolist()
    with reference.no_complaints():
        merged, report = AutoModelForCausalLM.from_pretrained(case.merged, output_loading_info=True)
    assert not any(report.values()), report
    row = torch.tensor([ids])
    wanted = [model(input_ids=row).logits[0].numpy() for model in (case.base, merged.eval(), case.adapted())]
    base, own_merged = logits(ids, case.folder, case.merged)
    gaps = [abs(own - want).max() for own, want in ((base, wanted[0]), (own_merged, wanted[1]), (own_merged, wanted[2]))]
    print("logits differ by at most: base %.1e, merged %.1e, merged from PEFT %.1e" % tuple(gaps))
    assert abs(wanted[0] - wanted[1]).max() > 0.1, "the adapter does next to nothing, so nothing is shown"
    assert max(gaps) < LOGITS


def test_adapter(evaluate, case):
    lines = evaluate(case.data, "--model", case.folder, "--adapter", case.run)
    for prefix, model in (("ref_logps", case.base), ("logps", case.adapted())):
        for line, row in zip(lines, reference.pair_log_probs(model, case.tokenizer, pairs.ODD), strict=True):
            assert (line[f"{prefix}_chosen"], line[f"{prefix}_rejected"]) == pytest.approx(row, abs=NATS)


def test_merged_settings(case):
    """The merged folder has the same model settings for transformers and others as the original."""
    before, after = (json.loads((folder / "config.json").read_text()) for folder in (case.folder, case.merged))
    for key in ("model_type", "architectures", "eos_token_id", "tie_word_embeddings", "attention_bias", "mlp_bias", "rope_parameters", "vocab_size"):
        assert after.get(key) == before.get(key), key
    assert after.get("bos_token_id") == before["bos_token_id"]
    scaling = before["rope_parameters"] if before["rope_parameters"]["rope_type"] != "default" else None
    assert after["rope_theta"] == before["rope_parameters"]["rope_theta"]
    assert after["rope_scaling"] == (scaling and {key: value for key, value in scaling.items() if key != "rope_theta"})
    settings = json.loads((case.merged / "generation_config.json").read_text())
    ends = settings["eos_token_id"] if isinstance(settings["eos_token_id"], list) else [settings["eos_token_id"]]
    assert sorted(ends) == sorted(case.tokenizer.convert_tokens_to_ids(case.ends)) and ends[0] == case.tokenizer.eos_token_id
    assert sorted(path.name for path in case.merged.glob("*.safetensors*")) == ["model.safetensors"]


def test_greedy_text(dpo, case):
    """Generation stops at any of the ends, and decodes token by token what transformers decodes at once."""
    with reference.no_complaints():
        model = AutoModelForCausalLM.from_pretrained(case.merged)
    text, _ = reference.greedy(model, case.tokenizer, "Name three fruits.", 24)
    flags = ["--prompt", "Name three fruits.", "--temperature", "0", "--max-new-tokens", "24"]
    assert dpo("generate", "--model", case.merged, *flags) == text + "\n"
