"""GGUF files made of a tokenizer.json as llama.cpp's converter makes them, and texts to compare tokenizers on."""

import json
import random

import gguf
from gguf import TokenType

TEXTS = [
    "", " ", "  ", "Hello", " Hello", "Hello  world", "a   b    c", "\n", "\n\n1.", "line\r\n\r\n  next\t\ttab", "x" * 300,
    "I'd've said: WE'LL see, DON'T ask; it's 12345.678 or 9,000,000?", "def f(x):\n    return x**2  # done\n\n\n\nprint(f(3))",
    "café naïve e\u0301 A\u030angstr\u00f6m ﬁne", "日本語のテキスト、한국어 텍스트, 中文文本。", "Привет, как дела? مرحبا बहुत",
    "🙂👩‍👩‍👧‍👦🇫🇷 ok", "\u00a0non\u2003breaking\u200bzero", "<b>bold</b> <div>\n</div> & {\"a\": [1, 2]}", "▁▁under▁score", "½ ² ٣ Ⅷ 𝟘",
    "http://example.com/a?b=c#d  user@example.com", "'s 't 're", "...!!!???---***", "\ttab first", "end with spaces   ", "\ue000\U0010ffff",
]  # fmt: skip


def varied(count, seed):
    """Random joins of pieces of the texts, so that words, numbers, scripts and white space meet in many ways."""
    source = random.Random(seed)
    pieces = [text[i : i + 7] for text in TEXTS for i in range(0, len(text), 5)] + [" ", "  ", "\n", "\n\n", "\t", "1", "22", "333", "4444"]
    return ["".join(source.choices(pieces, k=source.randint(1, 30))) for _ in range(count)]


def with_tokens(texts, tokens, seed):
    """Texts with tokens of the vocabulary spelled in them, with and without white space around."""
    source = random.Random(seed)
    return [text[: len(text) // 2] + source.choice(["", " ", "\n"]) + source.choice(tokens) + source.choice(["", " ", "\n", "\n\n"])
            + text[len(text) // 2 :] for text in texts]  # fmt: skip


def write(path, tokenizer, pre, names, architecture="llama"):
    """Write a GGUF file without weights. pre is None for SentencePiece, of which tokenizer.json has lost the scores: a token's is
    less the later its id is, as in the file that it was made from."""
    added = {token["id"]: token for token in tokenizer["added_tokens"]}
    vocabulary = {id: token for token, id in tokenizer["model"]["vocab"].items()} | {id: t["content"] for id, t in added.items()}
    tokens, types, scores = [], [], []
    for id in range(max(vocabulary) + 1):
        token, kind = vocabulary.get(id, f"[PAD{id}]"), TokenType.NORMAL if id in vocabulary else TokenType.UNUSED
        if id in added:
            special = added[id]["special"] or token in ("<pad>", "<mask>") or token.startswith("<unused")
            kind = TokenType.CONTROL if special else TokenType.USER_DEFINED
        elif pre is None and len(token) == 6 and token.startswith("<0x"):
            kind = TokenType.BYTE
        if pre is None and token == "<unk>":
            kind = TokenType.UNKNOWN
        if pre is None and kind == TokenType.USER_DEFINED:
            token = token.replace("▁", " ")
        tokens.append(token)
        types.append(kind)
        scores.append(-1000.0 if id in added else -float(id))
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_tokenizer_model("llama" if pre is None else "gpt2")
    writer.add_tokenizer_pre(pre or "default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if pre is None:
        writer.add_token_scores(scores)
        normalizer = json.dumps(tokenizer["normalizer"])
        writer.add_add_space_prefix("Prepend" in normalizer)
    else:
        writer.add_token_merges([" ".join(merge) if isinstance(merge, list) else merge for merge in tokenizer["model"]["merges"]])
    for name, token in names.items():
        getattr(writer, f"add_{name}_token_id")(tokens.index(token))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
