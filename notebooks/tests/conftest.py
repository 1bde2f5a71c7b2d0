"""A folder beside the notebooks for each test, and the GoNB kernel as a front end drives it."""

import contextlib
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


@contextlib.contextmanager
def new_folder():
    """A new folder beside the notebooks' own, from which a cell finds the checkout as they do."""
    path = Path(tempfile.mkdtemp(prefix=".run-test-", dir=ROOT))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def folder():
    with new_folder() as path:
        yield path


def declarations(name="01_dpo_walkthrough"):
    """The cells of a notebook that connect it to the checkout and declare its settings."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return [source for source in code if source.startswith("!*") or source.startswith("import (")]


class Kernel:
    """A running kernel, with an environment in addition to this process's. show() runs a cell and returns the HTML that is left of
    its outputs; begin() and result() are its two halves. printed is what the last cell printed, failed whether it ended
    with an error, which show() raises unless it is expected."""

    def __init__(self, folder, **environment):
        self.manager, self.client = start_new_kernel(
            kernel_name="gonb", cwd=str(folder), startup_timeout=KERNEL_LIMIT, stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        self.pid = self.manager.provisioner.process.pid
        self.printed, self.failed = "", False

    def show(self, source, on_html=lambda shown: None, fails=False):
        return self.result(self.begin(source), on_html, fails)

    def begin(self, source):
        return self.client.execute(source)

    def result(self, message_id, on_html=lambda shown: None, fails=False):
        outputs, self.printed, self.failed = {}, "", False
        while True:
            message = self.client.get_iopub_msg(timeout=CELL_LIMIT)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return "\n".join(outputs.values())
            if kind == "error":
                assert fails, f"the cell failed: {content}"
                self.failed = True
            if kind == "stream":
                self.printed += content["text"]
            if kind in ("display_data", "update_display_data"):
                shown = content["data"].get("text/html", "")
                place = content.get("transient", {}).get("display_id") or len(outputs)
                outputs[place] = shown or "<picture>"
                if shown:
                    on_html(shown)

    def interrupt(self):
        self.manager.interrupt_kernel()

    def stop(self, begun, pattern):
        """Stops a cell that has begun once it shows the pattern. Returns what is left of its outputs, and the seconds that it
        took to end."""
        pressed = []

        def press(shown):
            if not pressed and re.search(pattern, words(shown)):
                pressed.append(time.monotonic())
                self.interrupt()

        shown = self.result(begun, press)
        assert pressed, f"the cell ended without {pattern!r}: {words(shown)[-300:]}"
        return shown, time.monotonic() - pressed[0]

    def close(self, now=True):
        """Shuts the kernel down; now kills it."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=now)


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
os.environ.setdefault("DPO_MAX_HELD_OUT", "12")
