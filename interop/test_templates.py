"""The chat templates that TRL ships, of models whose architecture dpo trains: dpo tokens gives transformers' ids."""

import json
import shutil
from pathlib import Path

import pairs
import pytest
import trl
from transformers import AutoTokenizer

TEMPLATES = Path(trl.__file__).parent / "chat_templates"
NAMES = [
    "llama3", "llama3_1", "llama3_2", "llama3_training", "qwen2_5", "qwen2_5_training", "qwen3", "qwen3_training",
    "qwen3_instruct_2507", "deepseek_r1_distill", "phi3_5", "glm4moe", "smolvlm",
]  # fmt: skip
TALK = [
    pairs.Pair(0, [pairs.user("Hi there, <b>you</b>")], "Hello!", "No."),
    pairs.Pair(1, [{"role": "system", "content": "Be brief."}, pairs.user("What is 2*3?\n")], " 6 ", "Seven\n"),
    pairs.Pair(2, [pairs.user("A"), pairs.assistant(" B  "), pairs.user("C")], "D", "E"),
]


def with_template(folder, run_folder, template):
    """A model folder without weights: the run's tokenizer with another template."""
    folder.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(run_folder / name, folder)
    shutil.copy(template, folder / "chat_template.jinja")
    (folder / "config.json").write_text('{"model_type": "llama"}')
    return folder


def shared(first, second):
    """How many ids two lists begin with in common."""
    return next((i for i, (a, b) in enumerate(zip(first, second)) if a != b), min(len(first), len(second)))


@pytest.mark.parametrize("name", NAMES)
def test_template(name, dpo, run_folder, tmp_path):
    folder = with_template(tmp_path / "model", run_folder, TEMPLATES / f"{name}.jinja")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    file = pairs.write(tmp_path / "talk.jsonl", TALK)
    rows = [json.loads(line) for line in dpo("tokens", "--model", folder, "--data", file).splitlines()]
    assert len(rows) == len(TALK)
    for row, pair in zip(rows, TALK):
        prompt = tokenizer.apply_chat_template(pair.prompt, add_generation_prompt=True, return_dict=False)
        answers = {"chosen": pair.chosen, "rejected": pair.rejected}
        whole = {
            side: tokenizer.apply_chat_template(pair.prompt + [pairs.assistant(answer)], return_dict=False)
            for side, answer in answers.items()
        }
        for side in answers:
            assert row["prompt_ids"] + row[f"{side}_ids"] == whole[side]
        # A template may write a prompt in another way once an answer follows; the answers begin where the ids part.
        assert len(row["prompt_ids"]) == min(shared(prompt, ids) for ids in whole.values())
