"""Mistakes that students make: each shows one sentence in a box and what to do, and no compiler or stack output."""

import pytest
from conftest import Kernel, declarations, new_folder, words

MISSPELT = '{"prompt": "What is two and two?", "choosen": "Four.", "rejected": "Five."}\n'

MISTAKES = {
    "a wrong file name": ('gonbext.Load("my_pears.jsonl").Show(3)', ["There is no file \"my_pears.jsonl\"; the folder contains misspelt.jsonl"]),
    "a beta of 0": ('gonbext.Train("run", config(0), pairs())', ["Beta is 0; it must be above 0"]),
    "a negative beta": ('gonbext.Train("run", config(-0.1), pairs())', ["Beta is -0.1; it must be above 0"]),
    "a misspelt column": ('gonbext.Load("misspelt.jsonl").Check()', ["misspelt.jsonl, line 1", "\"choosen\": did you mean \"chosen\"?"]),
    "a run that is not there": ('gonbext.Compare("dpo_finetuned", "Hello?")', ["dpo_finetuned"]),
    "an order with a number twice": ('gonbext.Ranked("ranked.jsonl", "1 > 1 > 2 > 3")', ["ranked.jsonl"]),
}


@pytest.fixture(scope="module")
def shared_kernel():
    with new_folder() as folder:
        (folder / "misspelt.jsonl").write_text(MISSPELT)
        kernel = Kernel(folder)
        for source in declarations():
            kernel.show(source)
        yield kernel
        kernel.close()


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_one_sentence(name, shared_kernel):
    cell, parts = MISTAKES[name]
    html = shared_kernel.show("%%\n" + cell)
    assert html.count('class="dpo-error') == 1, html
    said = words(html)
    for part in parts:
        assert part in said
    assert said.endswith(".") and "panic" not in said and "goroutine" not in said and ".go:" not in said
    assert len(said) < 400, said
