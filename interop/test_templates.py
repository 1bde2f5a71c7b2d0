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
    "qwen3_instruct_2507", "deepseek_r1_distill", "phi3", "phi3_5", "gemma3", "glm4moe", "smolvlm",
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


SYSTEM = 'Be "brief",\nnot <b>curt</b> {{ ever }}.'
ARGUMENTS = [
    ("qwen3", {"enable_thinking": False}, None), ("qwen3", {"enable_thinking": True}, SYSTEM), ("qwen3", {}, SYSTEM),
    ("glm4moe", {"enable_thinking": False}, SYSTEM), ("llama3_2", {"date_string": "1 Jan 2020", "tools_in_user_message": False}, SYSTEM),
    ("qwen3_8", {"enable_thinking": False}, SYSTEM), ("gemma3", {}, SYSTEM), ("phi3", {}, SYSTEM), ("qwen2_5", {}, SYSTEM),
]  # fmt: skip


def written(value):
    """A template argument as a person types it."""
    return {True: "true", False: "False"}[value] if isinstance(value, bool) else str(value)


def prompted(turns, system):
    return turns if system is None or turns[0]["role"] == "system" else [{"role": "system", "content": system}, *turns]


@pytest.mark.parametrize(("name", "arguments", "system"), ARGUMENTS, ids=[f"{name}-{i}" for i, (name, _, _) in enumerate(ARGUMENTS)])
def test_template_with_arguments(name, arguments, system, dpo, run_folder, tmp_path):
    """A template, its arguments and a system prompt on the command line: the ids of apply_chat_template with them."""
    folder = with_template(tmp_path / "model", run_folder, TEMPLATES / "llama3.jinja")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = (TEMPLATES / f"{name}.jinja").read_text()
    file = pairs.write(tmp_path / "talk.jsonl", TALK)
    flags = [f"--template-arg={key}={written(value)}" for key, value in arguments.items()] + ([f"--system={system}"] if system else [])
    rows = dpo("tokens", "--model", folder, "--data", file, "--chat-template", TEMPLATES / f"{name}.jinja", *flags)
    for row, pair in zip([json.loads(line) for line in rows.splitlines()], TALK, strict=True):
        turns = prompted(pair.prompt, system)
        prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False, **arguments)
        whole = [tokenizer.apply_chat_template([*turns, pairs.assistant(a)], return_dict=False, **arguments) for a in (pair.chosen, pair.rejected)]
        assert [row["prompt_ids"] + row["chosen_ids"], row["prompt_ids"] + row["rejected_ids"]] == whole
        assert len(row["prompt_ids"]) == min(shared(prompt, ids) for ids in whole)


def test_template_of_a_run(dpo, tiny_model, tmp_path):
    """The adapter's folder of a run with a template, arguments and a system prompt writes its prompts without any of them."""
    file = pairs.write(tmp_path / "talk.jsonl", TALK)
    template, run = TEMPLATES / "qwen3.jinja", tmp_path / "run"
    flags = ["--chat-template", template, "--template-arg", "enable_thinking=false", "--system", SYSTEM]
    dpo("train", "--model", tiny_model[0], "--data", file, "--out", run, "--max-steps", "1", "--batch-size", "1", *flags)
    theirs, trained = AutoTokenizer.from_pretrained(tiny_model[0]), AutoTokenizer.from_pretrained(run)
    theirs.chat_template = template.read_text()
    for pair in TALK:
        want = theirs.apply_chat_template(prompted(pair.prompt, SYSTEM), add_generation_prompt=True, tokenize=False, enable_thinking=False)
        assert trained.apply_chat_template(pair.prompt, add_generation_prompt=True, tokenize=False) == want
        think = trained.apply_chat_template(pair.prompt, add_generation_prompt=True, tokenize=False, enable_thinking=True)
        assert think == want.removesuffix("<think>\n\n</think>\n\n")  # whoever renders it may still choose
