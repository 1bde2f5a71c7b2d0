"""The stop button: what a reader sees, what is on disk, and that the resumed run ends with the same bytes."""

import hashlib
import re
import time

from conftest import declarations, words

STOP_LIMIT = 5  # seconds that a cell has before it is killed


def train(folder, run, kernel, **options):
    return kernel.show(f'%%\ngonbext.Train("{run}", config(0.1), pairs())', **options)


def adapter(folder, run):
    return hashlib.sha256((folder / run / "adapter_model.safetensors").read_bytes()).hexdigest()


def test_stopped_and_run_again_gives_the_same_bytes(folder, kernel):
    for source in declarations():
        kernel.show(source)
    train(folder, "undisturbed", kernel)

    stopped = []

    def stop_in_the_third_step(html):
        if re.search(r"Step 2 of", words(html)) and not stopped:
            stopped.append(time.monotonic())
            kernel.interrupt()

    said = words(train(folder, "stopped", kernel, on_html=stop_in_the_third_step))
    assert stopped and time.monotonic() - stopped[0] < STOP_LIMIT
    assert "Stopped. The checkpoint of step 2 is saved in stopped; run the cell again to resume from it." in said
    assert (folder / "stopped" / "checkpoint-2").is_dir() and not (folder / "stopped" / "adapter_model.safetensors").exists()

    steps = []
    train(folder, "stopped", kernel, on_html=lambda html: steps.extend(re.findall(r"Step (\d+) of", words(html))))
    assert "1" not in steps, "the run began again from its first step"
    assert adapter(folder, "stopped") == adapter(folder, "undisturbed")
