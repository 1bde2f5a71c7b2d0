"""A folder beside the notebooks for each test, and the GoNB kernel as a front end drives it."""

import html
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KERNEL_LIMIT = 120  # seconds until the kernel answers
CELL_LIMIT = 600


@pytest.fixture
def folder():
    """A new folder beside the notebooks' own, from which a cell finds the checkout as they do."""
    path = Path(tempfile.mkdtemp(prefix=".run-test-", dir=ROOT))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def declarations(name="01_dpo_walkthrough"):
    """The cells of a notebook that connect it to the checkout and declare its settings."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return [source for source in code if source.startswith("!*") or source.startswith("import (")]


class Kernel:
    """A running kernel. show() runs a cell and returns the HTML that is left of its outputs."""

    def __init__(self, folder):
        self.manager, self.client = start_new_kernel(
            kernel_name="gonb", cwd=str(folder), startup_timeout=KERNEL_LIMIT, stderr=subprocess.DEVNULL
        )

    def show(self, source, on_html=lambda shown: None):
        outputs = {}
        message_id = self.client.execute(source)
        while True:
            message = self.client.get_iopub_msg(timeout=CELL_LIMIT)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return "\n".join(outputs.values())
            if kind == "error":
                raise AssertionError(f"the cell failed: {content}")
            if kind in ("display_data", "update_display_data"):
                shown = content["data"].get("text/html", "")
                place = content.get("transient", {}).get("display_id") or len(outputs)
                outputs[place] = shown or "<picture>"
                if shown:
                    on_html(shown)

    def interrupt(self):
        self.manager.interrupt_kernel()

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(folder):
    running = Kernel(folder)
    yield running
    running.close()


def words(shown):
    """The text of an HTML output."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", shown)).split())


def wait(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.2)
    raise AssertionError(f"no {what} within {seconds} s")


os.environ.setdefault("DPO_MAX_STEPS", "3")
os.environ.setdefault("DPO_MAX_TOKENS", "8")
