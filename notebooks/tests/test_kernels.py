"""Two notebooks at once, and kernels that are killed: runs stay intact, and nothing keeps running unseen."""

import contextlib
import hashlib
import os
import signal
import time

import pytest
from conftest import new_folder, wait, words
from small import Bench, bench, small_model  # noqa: F401: fixtures

STEPS = 100  # some seconds
PATIENCE = 300  # seconds until a cell runs, and until it ends without its kernel (on a quiet machine at most 6)


def train(run):
    return f'%%\ngonbext.Train("{run}", config({STEPS}), pairs())'


def adapter(bench, run):
    return hashlib.sha256((bench.folder / run / "adapter_model.safetensors").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, small_model):  # noqa: F811
    """The hash of the adapter that these settings give."""
    with new_folder() as folder, contextlib.closing(Bench(folder, tmp_path_factory.mktemp("alone"), small_model)) as alone:
        alone.kernel().show(train("run"))
        return adapter(alone, "run")


def test_one_folder_is_trained_into_once(bench, undisturbed):  # noqa: F811
    first, second = bench.kernel(), bench.kernel()
    begun = first.begin(train("run"))
    wait(lambda: latest(bench, "run"), PATIENCE, "checkpoint")
    cells = bench.cells()
    assert cells, "the first cell ended before the second began"
    for process in cells:  # so that it cannot end before the second has tried
        os.kill(process, signal.SIGSTOP)
    refused = words(second.show(train("run")))
    for process in cells:
        os.kill(process, signal.SIGCONT)
    assert "in use by another process" in refused and refused.endswith("; wait for it, or choose another folder."), refused
    first.result(begun)
    assert adapter(bench, "run") == undisturbed
    for kernel in first, second:
        assert "This run is finished" in words(kernel.show(train("run")))
    assert adapter(bench, "run") == undisturbed


def test_two_kernels_fill_one_cache(bench, undisturbed):  # noqa: F811
    kernels = [bench.kernel(), bench.kernel()]
    begun = [kernel.begin(train(run)) for kernel, run in zip(kernels, ("left", "right"))]
    for kernel, message in zip(kernels, begun):
        assert "dpo-error" not in kernel.result(message)
    assert adapter(bench, "left") == adapter(bench, "right") == undisturbed


def test_killed_kernel_is_taken_over(bench, undisturbed):  # noqa: F811
    killed = bench.kernel()
    killed.begin(train("run"))
    wait(lambda: latest(bench, "run") >= 3, PATIENCE, "third checkpoint")
    os.kill(killed.pid, signal.SIGKILL)
    print(f"without its kernel the training cell lived {seconds_until_gone(bench, killed):.1f} s")
    assert not (bench.folder / "run" / "adapter_model.safetensors").exists(), "the run had ended before its kernel was killed"
    assert bench.left() == [], "the cell left what its kernel can't remove any more"

    step, said = latest(bench, "run"), []
    bench.kernel().show(train("run"), on_html=lambda html: said.append(words(html)))
    assert any(f"Resuming after step {step}," in text for text in said)
    assert adapter(bench, "run") == undisturbed


def test_shut_down_kernel_takes_its_cell_along(bench):  # noqa: F811
    kernel = bench.kernel()
    kernel.begin('%%\ngonbext.Train("run", config(100000), pairs())')
    wait(lambda: latest(bench, "run"), PATIENCE, "checkpoint")
    kernel.close(now=False)
    print(f"after its kernel was shut down the training cell lived {seconds_until_gone(bench, kernel):.1f} s")
    assert bench.left() == []


def test_silent_cell_ends_with_its_kernel(bench):  # noqa: F811
    kernel = bench.kernel()
    kernel.begin("%%\npairs().Show(1)\nselect {}")
    wait(bench.cells, PATIENCE, "cell")
    time.sleep(1)
    os.kill(kernel.pid, signal.SIGKILL)
    print(f"without its kernel the silent cell lived {seconds_until_gone(bench, kernel):.1f} s")
    assert bench.left() == []


def latest(bench, run):
    """The step of a run's last checkpoint, 0 where it has none."""
    return max((int(path.name.split("-")[1]) for path in (bench.folder / run).glob("checkpoint-*")), default=0)


def seconds_until_gone(bench, kernel):
    """How long what a killed kernel has started lives on; of the kernel itself this process has yet to take the status."""
    begun = time.monotonic()
    wait(lambda: not set(bench.processes()) - {kernel.pid}, PATIENCE, "end of the cell")
    return time.monotonic() - begun
