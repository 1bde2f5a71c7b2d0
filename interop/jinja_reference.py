"""Renders templates with Jinja2 as transformers does, and conversations to render. As a program it answers the fuzz target
FuzzAgainstJinja2."""

import copy
import datetime
import json
import multiprocessing
import re
import resource
import sys
from unittest import mock

from transformers.utils import chat_template_utils

NOW = datetime.datetime(2024, 7, 4, 15, 6, 7, 8)


class FixedTime(datetime.datetime):
    """The clock of templates."""

    @classmethod
    def now(cls, tz=None):
        return NOW


def fixed_time():
    """While it is entered, templates see NOW; other tests of the process see today."""
    return mock.patch.object(chat_template_utils, "datetime", FixedTime)


# Of an expression.
VARIABLES = {
    "messages": [{"role": "user", "content": " Hé <b> "}], "tools": None, "documents": None, "add_generation_prompt": True,
    "bos_token": "<bos>", "eos_token": "<eos>",
}  # fmt: skip


def render(source, variables):
    """The text of a template, or None if Jinja2 raises an error."""
    try:
        with fixed_time():
            return chat_template_utils._compile_jinja_template(source).render(**copy.deepcopy(variables))
    except Exception:  # Jinja2 lets any exception of an expression through
        return None


def user(content):
    return {"role": "user", "content": content}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


def system(content):
    return {"role": "system", "content": content}


def calls(arguments, content=""):
    call = {"type": "function", "id": "123456789", "function": {"name": "add", "arguments": arguments}}
    return assistant(content, tool_calls=[call])


RESULT = {"role": "tool", "name": "add", "content": "3", "tool_call_id": "123456789"}
PARAMETERS = {"a": {"type": "integer", "description": "é"}, "b": {"type": ["integer", "null"], "enum": [1, 2]}}
TOOLS = [{"type": "function", "function": {
    "name": "add", "description": 'Adds "a" & b.', "parameters": {"type": "object", "properties": PARAMETERS, "required": ["a"]},
    "return": {"type": "integer"},
}}]  # fmt: skip

CONVERSATIONS = {
    "user": [user("Hi there, <b>you</b> é\n")],
    "system": [system(" Be brief. "), user("What is 2*3?\n")],
    "answered": [user("Hi"), assistant(" 6 ")],
    "system, answered": [system("Be brief."), user("Hi"), assistant(" 6\n")],
    "two exchanges": [user("A"), assistant(" B  "), user("C"), assistant("D")],
    "open": [system("x"), user("A"), assistant(" B  "), user("C")],
    "thoughts": [user("A"), assistant("<think>\nhmm\n</think>\n\nB")],
    "thoughts in both": [user("A"), assistant("<think>\nhmm\n</think>\n\nB"), user("C"), assistant("<think>\n</think>D</think> E")],
    "reasoning": [user("A"), assistant("B", reasoning_content="hmm", thinking="hmm", reasoning="hmm")],
    "two users": [user("A"), user("B")],
    "assistant first": [assistant("A"), user("B")],
    "two systems": [system("A"), system("B"), user("C")],
    "empty": [user(""), assistant("")],
    "tool": [user("1+2?"), calls({"a": 1, "b": 2}), RESULT, assistant("3")],
    "tool with text": [system("s"), user("1+2?"), calls('{"a": 1, "b": "é"}', "Let me."), RESULT],
    "parts": [
        {"role": "user", "content": [{"type": "text", "text": "Hi "}, {"type": "image"}]},
        assistant([{"type": "text", "text": "Yo"}]),
    ],
    "developer": [{"role": "developer", "content": "d"}, user("x")],
    "unknown role": [{"role": "critic", "content": "d"}],
    "nothing": [],
}  # fmt: skip
WITH_TOOLS = ("user", "system, answered", "tool", "tool with text")


def renderings():
    """The names and variables of all conversations with the options of apply_chat_template."""
    for name, turns in CONVERSATIONS.items():
        turns = chat_template_utils._alias_reasoning_fields(chat_template_utils._plain_template_data(turns)) if turns else []
        for tools in (None, TOOLS) if name in WITH_TOOLS else (None,):
            for prompt in (False, True):
                for extra in ({}, {"enable_thinking": False}) if prompt and not tools else ({},):
                    options = {"tools": tools, "add_generation_prompt": prompt, **extra}
                    yield f"{name}, {json.dumps(options)[:60]}", {**VARIABLES, "messages": turns, **options}


UNSTABLE = re.compile(r" at 0x[0-9a-f]{6,}|<(class|function|bound method|generator)|_GroupTuple|jinja2")


def work(questions):
    """Answer templates with {"text": …} or {"error": …}, or {} if the text changes from run to run."""
    environment = chat_template_utils._compile_jinja_template("").environment
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    while True:
        try:
            with fixed_time():
                text = environment.from_string(questions.recv()).render(**copy.deepcopy(VARIABLES))
            answer = {} if UNSTABLE.search(text) else {"text": text}
        except MemoryError:
            answer = {}
        except Exception as failure:
            answer = {"error": f"{type(failure).__name__}: {failure}"}
        questions.send(answer)


def serve():
    """Answer each line of standard input, a template as a JSON text, in another process, or with {} if that takes 3 seconds: a single
    operation, such as a power of thousands of digits, can't be interrupted."""
    worker = None
    for line in sys.stdin:
        if worker is None:
            ours, theirs = multiprocessing.Pipe()
            worker = multiprocessing.get_context("fork").Process(target=work, args=(theirs,), daemon=True)
            worker.start()
        ours.send(json.loads(line))
        if ours.poll(3):
            print(json.dumps(ours.recv()), flush=True)
            continue
        worker.kill()
        worker = None
        print("{}", flush=True)


if __name__ == "__main__":
    serve()
