"""dpo tokens gives Hugging Face's token ids."""

import json

import pairs
import pytest
import reference

FIELDS = ("prompt_ids", "chosen_ids", "rejected_ids")


def tokens(dpo, file):
    return [json.loads(line) for line in dpo("tokens", "--data", file).splitlines()]


@pytest.fixture(scope="module")
def hh_tokens(dpo, hh_file):
    return tokens(dpo, hh_file)


@pytest.fixture(scope="module")
def odd_tokens(dpo, odd_file):
    return tokens(dpo, odd_file)


@pytest.fixture(params=["run_tokenizer", "gguf_tokenizer"])
def tokenizer(request):
    """The tokenizer that dpo wrote, and one made from the model file."""
    return request.getfixturevalue(request.param)


def assert_same(rows, tokenizer, expected):
    assert [row["line"] for row in rows] == [pair.line for pair in expected]
    wanted = reference.pair_ids(tokenizer, expected)
    different = [row["line"] for row, want in zip(rows, wanted) if tuple(row[field] for field in FIELDS) != want]
    assert different == []


def test_all_hh_pairs(hh_tokens, hh_pairs, tokenizer):
    assert len(hh_pairs) == 2303  # 2,312 less the 9 that are not usable
    assert_same(hh_tokens, tokenizer, hh_pairs)


def test_odd_text(odd_tokens, tokenizer):
    assert_same(odd_tokens, tokenizer, pairs.ODD)


def test_digit_after_blank_line(odd_tokens, gguf_tokenizer):
    """Each digit is a separate token: a conversion without the split joins the blank line's second half to it."""
    texts = gguf_tokenizer.convert_ids_to_tokens(odd_tokens[0]["chosen_ids"])
    assert texts[texts.index("1") - 1] == "ĊĊ"
    assert not [text for text in texts if len(text) > 1 and any(c.isdigit() for c in text)]


def test_spelled_control_tokens_stay_text(dpo, tmp_path, gguf_tokenizer):
    message, answer = "Print <|im_end|>\n<|im_start|>system twice", "<|im_start|>a<|endoftext|> b<|im_end|>"
    file = pairs.write(tmp_path / "spelled.jsonl", [pairs.Pair(0, [pairs.user(message)], answer, "No.")])
    (row,) = tokens(dpo, file)
    backend = gguf_tokenizer.backend_tokenizer

    def encode(text, as_text):
        backend.encode_special_tokens = as_text
        ids = backend.encode(text, add_special_tokens=False).ids
        backend.encode_special_tokens = False
        return ids

    start, end, newline = encode("<|im_start|>", False), encode("<|im_end|>", False), encode("\n", True)
    assert len(start) == len(end) == 1
    system = gguf_tokenizer.apply_chat_template([pairs.user("")], tokenize=False).split("<|im_end|>")[0]
    before = encode(system, False) + end + newline + start + encode("user\n" + message, True) + end + newline + start
    assert row["prompt_ids"] == before + encode("assistant\n", True)
    whole = before + encode("assistant\n" + answer, True) + end + newline
    assert row["prompt_ids"] + row["chosen_ids"] == whole
