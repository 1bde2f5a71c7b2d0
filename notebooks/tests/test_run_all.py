"""Every notebook from top to bottom with the real kernel, with few steps, and what a reader is owed of each.

The walkthrough trains the real model, the others a small one: they call the same code, and a few steps of either show no more.
`make notebooks` runs all of them with the real model.
"""

import re

import nbformat
import pytest
import run_headless
from conftest import NOTEBOOKS, words
from small import small_model  # noqa: F401: a fixture

LONGEST_CELL = 15  # lines, after the declarations
REAL_MODEL = "01_dpo_walkthrough"
DROPPED = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_without_an_error(path, folder, small_model, monkeypatch):
    if path.stem != REAL_MODEL:
        monkeypatch.setenv("DPO_MODEL", str(small_model))
    notebook = run_headless.run(path, folder)
    pictures = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if "image/png" in o.get("data", {})]
    assert pictures, "no output has a picture that a viewer of the saved file shows"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_reads_well(path):
    cells = nbformat.read(path, as_version=4).cells
    for before, cell, after in zip(cells, cells[1:], [*cells[2:], None]):
        if cell.cell_type != "code":
            continue
        assert before.cell_type == "markdown" and (after is None or after.cell_type == "markdown"), f"no prose around {cell.source!r}"
        if not cell.source.startswith("import ("):
            assert len(cell.source.splitlines()) <= LONGEST_CELL, f"a long cell: {cell.source!r}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_committed_with_its_results(path):
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert all(run_headless.error_in(c.outputs) is None for c in cells)
    assert any("image/png" in o.get("data", {}) for c in cells for o in c.outputs)
    assert all(c.outputs for c in cells if c.source.startswith("%%")), "a cell has no output"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_reads_without_scripts_or_styles(path):
    """As GitHub shows it: without scripts, styles and drawings, every output still says something, and every picture has words."""
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert "image/png" not in data or output.metadata["image/png"]["alt"], f"a picture of {cell.source!r} has no alternative text"
            shown = run_headless.text_of(data.get("text/html", "no HTML"))
            assert "<svg" not in shown and words(DROPPED.sub("", shown)), f"{cell.source!r} shows nothing without scripts"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_opens_on_colab(path):
    metadata = nbformat.read(path, as_version=4).metadata
    assert metadata["accelerator"] == "GPU" and metadata["colab"]["gpuType"] == "T4"
    assert metadata["kernelspec"] == {"name": "gonb", "display_name": "Go (gonb)", "language": "go"}
    text = path.read_text()
    assert "colab.research.google.com/github/" in text and "colab_setup.sh" in text
