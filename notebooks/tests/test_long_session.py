"""A notebook of many cells in one kernel, as a day's work has it: nothing is left behind, and the kernel does not grow.

30 cells of all kinds run with every test, 100 with DPO_ALL_CELLS=1."""

import os
import re
import statistics
import time

from conftest import wait, words
from small import CONNECT, DECLARATIONS, bench, small_model  # noqa: F401: fixtures

CELLS = 100 if os.environ.get("DPO_ALL_CELLS") == "1" else 30
PATIENCE = 120  # seconds, for what takes a moment on a quiet machine
LARGEST_GROWTH = 6  # MiB of the kernel's memory; its collector lets it swing
PROMPT = "How do I make tea?"

# What a user does once the notebook knows the project, and what is then to be read.
LESSON = [
    ("pairs().Show(3)\npairs().Check()\ngonbext.Template(pairs(), 1)", ["Tell me about tea.", "training pairs", "assistant"]),
    ("pairs().Preview(2)", ["what the model sees"]),
    ('gonbext.Train("run", config(6), pairs())', ["Trained in"]),
    ('gonbext.Train("run", config(6), pairs())', ["This run is finished"]),
    ('gonbext.Diagnose("run")\ngonbext.Files("run")\ngonbext.Plot("run")', ["Is it learning?", "adapter_model.safetensors"]),
    (f'gonbext.Compare("run", "{PROMPT}")', [PROMPT]),
    ('gonbext.Evaluate("run", pairs())', ["accuracy"]),
    ('gonbext.Compare("nowhere", "Hello?")', ['There is no run in "nowhere"']),
]


def plain(number):
    """A cell without anything of ours."""
    return [
        f'%%\nfmt.Println("cell {number}", {number}*{number})',
        f"func add{number}(x int) int {{ return x + {number} }}",
        f'%%\nfor i := range 3 {{\n\tfmt.Println(i, strings.Repeat("·", i+{number}))\n}}',
        f"!echo cell {number}",
    ][number % 4]


class Watched:
    """A kernel, with its memory and its handles after each cell."""

    def __init__(self, bench):
        self.bench, self.kernel = bench, bench.kernel(declared=False, DPO_MAX_TOKENS="4")
        self.memory, self.handles, self.seconds = [], [], []

    def run(self, source, **options):
        return self.measured(lambda: self.kernel.show(source, **options))

    def measured(self, act):
        begun = time.monotonic()
        shown = act()
        self.seconds.append(time.monotonic() - begun)
        wait(lambda: list(self.bench.processes()) == [self.kernel.pid], PATIENCE, "end of all that the cell has started")
        with open(f"/proc/{self.kernel.pid}/status") as status:
            self.memory.append(int(re.search(r"VmRSS:\s*(\d+)", status.read())[1]) / 1024)
        self.handles.append(self.open_handles())
        return shown

    def open_handles(self):
        return len(os.listdir(f"/proc/{self.kernel.pid}/fd"))

    def stopped_in_training(self):
        begun = self.kernel.begin('%%\ngonbext.Train("stopped", config(100000), pairs())')
        return self.measured(lambda: self.kernel.stop(begun, r"Step [1-9]\d* of")[0])

    def stopped_in_a_loop(self):
        def act():
            begun = self.kernel.begin("%%\nfor {\n\ttime.Sleep(time.Second)\n}")
            wait(self.bench.cells, 60, "cell")
            self.kernel.interrupt()
            return self.kernel.result(begun, fails=True)

        self.measured(act)


def test_many_cells_leave_nothing(bench):  # noqa: F811
    session = Watched(bench)
    session.run(CONNECT)
    others = CELLS - len(LESSON) - 5
    late = others // 6
    for number in range(others - late):
        session.run(plain(number))
    session.run(DECLARATIONS)
    pipes = pipes_in(bench)
    for cell, expected in LESSON:
        said = words(session.run("%%\n" + cell))
        assert all(text in said for text in expected), (cell, said)
    assert "Stopped. The checkpoint of step" in words(session.stopped_in_training())
    wait(lambda: pipes_in(bench) <= pipes, PATIENCE, "end of the pipes of the project's cells")
    session.stopped_in_a_loop()
    session.run('%%\npanic("a mistake of the user\'s own")', fails=True)
    assert session.kernel.failed
    for number in range(others - late, others):
        session.run(plain(number))
    assert len(session.seconds) == CELLS

    # The kernel closes the pipes of a cell's program a moment after the program has ended.
    wait(lambda: session.open_handles() <= session.handles[0] + 1, PATIENCE, "end of all handles that cells have opened")
    # The kernel may leave one pipe, of a plain cell that ended before the kernel began to open it (docs/upstream.md).
    wait(lambda: len(bench.left()) - len(pipes_in(bench)) == 1 and len(pipes_in(bench)) <= 1, PATIENCE, "end of all temporary files but the kernel's own folder")
    session.kernel.close(now=False)
    assert bench.processes() == {}
    assert set(bench.left()) == pipes_in(bench) and len(bench.left()) <= 1
    assert sorted(path.name for path in bench.folder.iterdir()) == ["pairs.jsonl", "run", "stopped"]
    report(session)


def pipes_in(bench):
    return {name for name in bench.left() if name.startswith("gonb_pipe_")}


def report(session):
    """Print the measurements and check that they are flat."""
    tenth = max(3, CELLS // 10)
    early, end = (statistics.median(part) for part in (session.memory[tenth : 2 * tenth], session.memory[-tenth:]))
    print(f"{CELLS} cells in {sum(session.seconds):.0f} s; the kernel's memory was {early:.1f} MiB early on, {max(session.memory):.1f} "
          f"at most and {end:.1f} at the end; its handles from {min(session.handles)} to {max(session.handles)}, {session.handles[-1]} at the end")
    assert end - early < LARGEST_GROWTH, session.memory
