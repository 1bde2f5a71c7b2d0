"""Time from Run to the first point of a training cell, in a kernel whose earlier cells have trained too.

    .deps/notebook-tests/bin/python bench/cells.py [--rounds 2]

The second and third training cell of a notebook, with SmolLM2-135M-Instruct on the built-in pairs: with the compiled graphs that the
cell before has left on disk, and without, alternately. Prints for each cell when the status first said what, in seconds and in
seconds of processor time of everything that the kernel has started. A process that lives on from cell to cell could save what is
between "loading" and the first step, but not the building of the cell."""

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "notebooks/tests"))
from conftest import Kernel, declarations, new_folder, words  # noqa: E402

MODULE = re.search(r'"(\S+)/gonbext"', declarations()[1])[1]
DECLARE = f'import (\n\t"{MODULE}/dpocore"\n\t"{MODULE}/gonbext"\n)\n' + """
func config(beta float64) dpocore.Config {
	c := dpocore.DefaultConfig()
	c.Beta, c.EvalSteps = beta, 0
	return c
}
"""
FIRST_POINT = re.compile(r"Step [1-9]\d* of")


def processor_seconds(pid):
    """Of a process, its children that have ended, and those that run."""
    spent, children = 0.0, {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                fields = (process / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks = sum(int(field) for field in fields[11:15])
            children.setdefault(int(fields[1]), []).append((int(process.name), ticks))
            if int(process.name) == pid:
                spent += ticks
    waiting = [pid]
    while waiting:
        for child, ticks in children.get(waiting.pop(), []):
            spent += ticks
            waiting.append(child)
    return spent / os.sysconf("SC_CLK_TCK")


def train(kernel, number):
    """Trains in a cell until the first point and stops it. Returns when each status was first seen: seconds, processor seconds."""
    begun, before, seen = time.monotonic(), processor_seconds(kernel.pid), {}

    def look(shown):
        text = "first point" if FIRST_POINT.search(words(shown)) else " ".join(words(shown).split()[:4])
        if text not in seen and "first point" not in seen:
            seen[text] = (time.monotonic() - begun, processor_seconds(kernel.pid) - before)
        if text == "first point":
            kernel.interrupt()

    kernel.result(kernel.begin(f'%%\ngonbext.Train("run{number}", config({0.1 + number / 100}), gonbext.Load("builtin"))'), look, fails=True)
    return seen


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=2)
    rounds = options.parse_args().rounds
    points = {True: [], False: []}
    with new_folder() as folder, tempfile.TemporaryDirectory() as scratch:
        kernel = Kernel(folder, XDG_CACHE_HOME=scratch, GOCACHE=os.popen("go env GOCACHE").read().strip(), DPO_MAX_STEPS="1000")
        try:
            kernel.show(declarations()[0])
            kernel.show(DECLARE)
            train(kernel, 0)
            for number in range(1, 4 * rounds + 1):
                kept = number % 4 in (1, 2)  # two cells with the graphs, then two without
                if not kept:
                    shutil.rmtree(Path(scratch) / "gonb-dpo/compiled", ignore_errors=True)
                seen = train(kernel, number)
                points[kept].append(seen["first point"])
                print("graphs kept" if kept else "graphs removed", *(f"{what}: {s:.1f} s, {p:.1f} s;" for what, (s, p) in seen.items()), flush=True)
        finally:
            kernel.close()
    for kept, name in ((True, "kept"), (False, "removed")):
        wall, processor = zip(*points[kept])
        print(f"graphs {name}: first point after {statistics.median(wall):.1f} s, {statistics.median(processor):.1f} s of processor time")


main()
