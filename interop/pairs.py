"""Preference pairs that tokenizers are known to get wrong, and HH-RLHF's by the rule of ../shared/parity/README.md."""

import gzip
import json
import re
from typing import NamedTuple


class Pair(NamedTuple):
    line: int  # in its file, counted from 0
    prompt: list  # turns, as apply_chat_template takes them
    chosen: str
    rejected: str


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


ODD = [
    ([user("Name three fruits.")], "Here you are:\n\n1. Apple\n\n2. Pear\n\n30. Fig", "1.\n2.\n\n\n3. 12345 67,890.12"),
    ([user("What's naïve about “Zoë’s café”?")], "Nothing — it’s a façade… €5½.", "Ça dépend : æ, ß, ǆ, İ, ﬁ."),
    ([user("Say hello 👋🏽 to the family 👨‍👩‍👧‍👦")], "🇫🇷 Salut ! 🎉🎉", "Hi 🏳️‍🌈, \u200bthat is all\ufeff."),
    ([user("日本語で答えてください。２０２６年")], "はい、わかりました。", "否。한국어로 답하겠습니다. ١٢٣"),
    ([user("Combine e\u0301 and é, Å and A\u030a.")], "e\u0301 ≠ é", "नमस्ते क्षत्रिय"),
    ([user("  two blanks before, a tab after\t")], "\tdef f(x):\n\t    return x **  2\n", " \n \n\n 7 \r\n8\u00a09\u3000"),
    ([{"role": "system", "content": "Be brief."}, user("Hi"), assistant("Hello!\n\n1"), user("How are you?")], "Fine.", "I'd've said: we'll see, DON'T ask."),
    ([user("Rare letters: 𝔘𝔫𝔦 \U0001f9ff \u0378")], "𒀀𒁀", "\u2028new\u2029lines\x85\x0b\x1f"),
]
ODD = [Pair(line, *pair) for line, pair in enumerate(ODD)]


def write(path, pairs):
    """Write pairs as JSON lines in TRL's conversational form."""
    with open(path, "w", encoding="utf-8") as file:
        for pair in pairs:
            row = {"prompt": pair.prompt, "chosen": [assistant(pair.chosen)], "rejected": [assistant(pair.rejected)]}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def read_hh(path):
    """The usable pairs of an HH-RLHF file."""
    pairs = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line, text in enumerate(file):
            row = json.loads(text)
            chosen, rejected = turns(row["chosen"]), turns(row["rejected"])
            if chosen[:-1] != rejected[:-1] or chosen[-1]["role"] != "assistant" or rejected[-1]["role"] != "assistant":
                continue
            if chosen[-1]["content"] and rejected[-1]["content"]:
                pairs.append(Pair(line, chosen[:-1], chosen[-1]["content"], rejected[-1]["content"]))
    return pairs


def turns(transcript):
    """Cut a transcript at its markers; the text before the first is empty."""
    parts = re.split(r"\n\n(Human|Assistant):", transcript)[1:]
    roles = {"Human": "user", "Assistant": "assistant"}
    return [{"role": roles[role], "content": text.strip()} for role, text in zip(parts[::2], parts[1::2])]
