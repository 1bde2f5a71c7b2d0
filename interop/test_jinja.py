"""Templates render to Jinja2's text, or fail where Jinja2 fails: expressions, and the templates that TRL ships."""

import json
import os
import subprocess
from pathlib import Path

import jinja_expressions
import pytest
import trl
from conftest import ROOT
from jinja_reference import NOW, VARIABLES, render, renderings

TEMPLATES = sorted((Path(trl.__file__).parent / "chat_templates").glob("*.jinja"))
RECORDED = ROOT / "dpocore/chat/jinja/testdata/expressions.jsonl"


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """Render templates, each with variables, with the program's engine; None is an error."""
    program = tmp_path_factory.mktemp("program") / "jinja"
    subprocess.run(["go", "build", "-o", program, "./interop/jinja"], cwd=ROOT, check=True)

    def run(questions):
        lines = [json.dumps({"source": s, "variables": v, "now": NOW.isoformat() + "Z"}) for s, v in questions]
        done = subprocess.run([program], input="\n".join(lines), capture_output=True, encoding="utf-8", check=True)
        return [json.loads(line).get("text") for line in done.stdout.splitlines()]

    return run


def expected():
    """The expressions with Jinja2's text or None, without those whose text changes from run to run."""
    texts = {source: render(source, VARIABLES) for source in jinja_expressions.ALL}
    return {source: text for source, text in texts.items() if not text or " at 0x" not in text}


def test_expressions(ours, capsys):
    want = expected()
    got = dict(zip(want, ours([(source, VARIABLES) for source in want]), strict=True))
    for source in jinja_expressions.REFUSED:
        assert got.pop(source) is None and want.pop(source) is not None
    with capsys.disabled():
        print(f"\n| expressions | of Jinja2's text or error | refused on purpose |\n|---|---|---|")
        print(f"| {len(want)} | {sum(got[s] == want[s] for s in want)} | {len(jinja_expressions.REFUSED)} |")
    assert got == want


def test_recorded_expressions():
    """The texts that `make test` compares with are Jinja2's. UPDATE=1 writes them."""
    rows = [{"variables": VARIABLES}]
    for source, text in expected().items():
        row = {"source": source} | ({"error": True} if text is None else {"text": text})
        rows.append(row | ({"refused": jinja_expressions.REFUSED[source]} if source in jinja_expressions.REFUSED else {}))
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if os.environ.get("UPDATE") == "1":
        RECORDED.write_text(lines, encoding="utf-8")
    assert RECORDED.read_text(encoding="utf-8") == lines


def test_templates(ours, capsys):
    questions = [(path, name, variables) for path in TEMPLATES for name, variables in renderings()]
    got = ours([(path.read_text(), variables) for path, _, variables in questions])
    wrong, errors = {}, 0
    for (path, name, variables), text in zip(questions, got, strict=True):
        want = render(path.read_text(), variables)
        errors += want is None
        if text != want:
            wrong.setdefault(path.name, []).append(name)
    with capsys.disabled():
        print("\n| TRL's templates | always equal | renderings | of them errors in Jinja2 | different |\n|---|---|---|---|---|")
        print(f"| {len(TEMPLATES)} | {len(TEMPLATES) - len(wrong)} | {len(questions)} | {errors} | {sum(map(len, wrong.values()))} |")
    assert not wrong
