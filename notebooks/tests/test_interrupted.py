"""The stop button in the middle of everything that takes time but training, which test_stop.py has: the cell ends within
seconds with one sentence, and the next cell works."""

import http.server
import threading
import time

import pytest
from conftest import wait, words
from small import bench, small_model  # noqa: F401: fixtures

STOP_LIMIT = 5  # seconds until the kernel would kill the cell
NEVER = 1000  # seconds

MANY = ", ".join(f'"What is {n} and {n}?"' for n in range(1, 40))
BUSY = {  # a cell, and what it shows when it is stopped
    "measuring": ('gonbext.Evaluate("run", gonbext.Load("builtin"))', "Measuring 60 pairs"),
    "inspecting": ('gonbext.Inspect("run", gonbext.Load("builtin"))', "Measuring the tokens of"),
    "answering": (f'gonbext.Compare("run", {MANY})', "Answer 3 of"),
    "sweeping": ('gonbext.Sweep("sweep", config(100000), pairs().HoldOut(0.2), gonbext.Betas(0.1, 0.3))', "Run 1 of 2"),
    "merging": ('gonbext.Merge("run", "merged")', "Merging"),
}


def check_stopped(kernel, shown, seconds):
    assert seconds < STOP_LIMIT, f"the cell ended {seconds:.1f} s after the stop button"
    assert shown.count('class="dpo-note') == 1 and "Stopped" in words(shown), words(shown)[-300:]
    assert "dpo-error" not in shown and kernel.printed == "", kernel.printed
    kernel.show('%%\nfmt.Println("the next cell")')
    assert kernel.printed == "the next cell\n"


def test_busy_cells_stop(bench):  # noqa: F811
    kernel = bench.kernel()
    kernel.show('%%\ngonbext.Train("run", config(2), pairs())')
    for name, (source, pattern) in BUSY.items():
        shown, seconds = kernel.stop(kernel.begin("%%\n" + source), pattern)
        print(f"{name}: ended {seconds:.1f} s after the stop button")
        check_stopped(kernel, shown, seconds)
    assert [path.name for path in bench.folder.iterdir() if path.name.startswith((".", "merged"))] == []


class Silent(http.server.BaseHTTPRequestHandler):
    """A hub that takes requests and never answers."""

    asked, over = threading.Event(), threading.Event()

    def do_GET(self):
        self.asked.set()
        self.over.wait(NEVER)


@pytest.fixture
def silent_hub():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    Silent.over.set()
    server.shutdown()


def test_fetching_stops(bench, silent_hub):  # noqa: F811
    kernel = bench.kernel(HF_ENDPOINT=silent_hub)
    for source in ('gonbext.Load("hh-rlhf")', 'os.Setenv("DPO_MODEL", "someone/model")\npairs().Preview(1)'):
        Silent.asked.clear()
        begun = kernel.begin("%%\n" + source)
        wait(Silent.asked.is_set, 60, "request")
        pressed = time.monotonic()
        kernel.interrupt()
        shown = kernel.result(begun)
        seconds = time.monotonic() - pressed
        print(f"fetching: ended {seconds:.1f} s after the stop button")
        check_stopped(kernel, shown, seconds)


def test_queued_cells_wait_and_go_on(bench):  # noqa: F811
    kernel = bench.kernel()
    first = kernel.begin('%%\ngonbext.Train("long", config(100000), pairs())')
    second = kernel.begin('%%\nfmt.Println("the second cell")')
    shown, _ = kernel.stop(first, r"Step [1-9]\d* of")
    assert "Stopped. The checkpoint of step" in words(shown) and kernel.printed == ""
    kernel.result(second)
    assert kernel.printed == "the second cell\n"
