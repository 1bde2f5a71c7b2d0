"""Runs notebooks from top to bottom with the GoNB kernel, without a browser, and fails on any error in an output.

    run_headless.py [--save] [--keep] [NOTEBOOK ...]

Each notebook runs in a new folder next to this one, which is removed afterwards, so that earlier runs don't matter. With
--save it runs in this folder and its outputs are saved in it, as they are committed. The environment variables
DPO_MAX_STEPS, DPO_MAX_TOKENS and DPO_MAX_HELD_OUT shorten training, answers and evaluations.
"""

import argparse
import html
import pathlib
import re
import shutil
import sys
import tempfile
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

HERE = pathlib.Path(__file__).resolve().parent
CELL_LIMIT = 3600  # seconds; a whole run on a slow machine
KERNEL_LIMIT = 120  # seconds until the kernel answers
ERROR_BOX = re.compile(r'class="dpo-error\b[^>]*>(.*?)</div>', re.DOTALL)
CONNECTING = "Creates a WebSocket connecting to the JupyterServer"  # GoNB's script begins so
TAGS = re.compile(r"<style.*?</style>|<script.*?</script>|<[^>]*>", re.DOTALL)


class Failed(Exception):
    """A cell showed an error."""


def error_in(outputs):
    """What went wrong according to a cell's outputs, or None."""
    for output in outputs:
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}\n{said(outputs)}"
        box = ERROR_BOX.search(text_of(output.get("data", {}).get("text/html", "")))
        if box:
            return html.unescape(box.group(1).replace("<br>", "\n"))
    return None


def text_of(value):
    return value if isinstance(value, str) else "".join(value)


def said(outputs):
    """All text of a cell's outputs; GoNB shows what the compiler says as HTML."""
    parts = []
    for output in outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        else:
            parts.append(html.unescape(TAGS.sub("", text_of(output.get("data", {}).get("text/html", "")))))
    return "\n".join(line for line in "".join(parts).splitlines() if line.strip())


def check(cell, cell_index, **_):
    wrong = error_in(cell.outputs)
    if wrong:
        raise Failed(f"cell {cell_index + 1}, {first_line(cell)}\n{wrong}")


def first_line(cell):
    lines = [line for line in cell.source.splitlines() if line.strip() not in ("", "%%")]
    return lines[0] if lines else "(empty)"


def run(path, folder):
    """Runs a notebook in a folder and returns it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="gonb",
        timeout=CELL_LIMIT,
        startup_timeout=KERNEL_LIMIT,
        resources={"metadata": {"path": str(folder)}},
    )
    client.on_cell_executed = lambda cell, cell_index, execute_reply: check(cell, cell_index)
    try:
        client.execute()
    except CellExecutionError as error:
        cell = next(c for c in notebook.cells if c.cell_type == "code" and error_in(c.outputs))
        raise Failed(f"{first_line(cell)}\n{error_in(cell.outputs)}") from error
    except (CellTimeoutError, DeadKernelError) as error:
        raise Failed(str(error)) from error
    tidy(notebook)
    return CoalesceStreamsPreprocessor().preprocess(notebook, {})[0]  # a line that is printed in pieces is one line


def tidy(notebook):
    """Leaves of the outputs what a reader of the saved notebook needs, and gives each picture its description."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if not spent(o.get("data", {}))]
            for output in cell.outputs:
                data = output.get("data", {})
                if "image/png" in data and "text/plain" in data:  # GoNB does not pass metadata on
                    output.metadata["image/png"] = {"alt": text_of(data["text/plain"])}


def spent(data):
    """Whether an output is only of use while its cell runs: a view that was emptied, or the script by which GoNB connects a page to
    its kernel, which finds none in a saved notebook and fails."""
    shown = text_of(data.get("text/html", "no view"))
    return not shown or CONNECTING in shown


def run_apart(path, keep):
    """Runs a notebook in a new folder next to notebooks/, from where it finds the checkout at the same relative path."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f".run-{path.stem}-", dir=HERE.parent))
    try:
        nbformat.write(run(path, folder), folder / path.name)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--save", action="store_true", help="write the outputs into the notebook")
    parser.add_argument("--keep", action="store_true", help="leave the folder that the notebook ran in")
    parser.add_argument("notebooks", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    paths = options.notebooks or sorted(HERE.glob("*.ipynb"))
    passed = failed = 0
    for path in paths:
        begun = time.monotonic()
        try:
            if options.save:
                nbformat.write(run(path.resolve(), path.resolve().parent), path)
            else:
                run_apart(path.resolve(), options.keep)
        except Failed as why:
            failed += 1
            print(f"FAILED {path.name} after {time.monotonic() - begun:.0f} s: {why}", flush=True)
        else:
            passed += 1
            print(f"passed {path.name} in {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
