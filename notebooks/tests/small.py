"""Kernels that train a small model within seconds, and whatever they leave behind."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Kernel, declarations

CONNECT = declarations()[0]
MODULE = re.search(r'"(\S+)/gonbext"', declarations()[1])[1]
DECLARATIONS = f'import (\n\t"{MODULE}/dpocore"\n\t"{MODULE}/gonbext"\n)\n' + """

func config(steps int) dpocore.Config {
	c := dpocore.DefaultConfig()
	c.MaxSteps, c.BatchSize, c.EvalSteps, c.SaveSteps, c.WarmupSteps = steps, 2, 0, 1, 1
	c.LoRARank, c.LearningRate, c.MaxLength = 4, 1e-3, 64
	return c
}
func pairs() gonbext.Pairs { return gonbext.Load("pairs.jsonl") }
"""
TOPICS = "tea bread rivers clouds maps glass paper trains bridges stars bees salt".split()


class Bench:
    """A folder with pairs, and kernels in it that share a cache and a folder for temporary files. Both are empty at first, but for
    the graphs that other tests have compiled."""

    def __init__(self, folder, scratch, model):
        self.folder, self.scratch, self.kernels = folder, scratch / "temporary", []
        self.scratch.mkdir()
        compiled = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "gonb-dpo" / "compiled"
        compiled.mkdir(mode=0o700, parents=True, exist_ok=True)
        (scratch / "cache/gonb-dpo").mkdir(parents=True)
        (scratch / "cache/gonb-dpo/compiled").symlink_to(compiled)
        self.environment = {
            "TMPDIR": str(self.scratch), "DPO_MODEL": str(model), "DPO_MAX_STEPS": "1000000", "DPO_MAX_HELD_OUT": "1000",
            "XDG_CACHE_HOME": str(scratch / "cache"), "HF_HOME": str(scratch / "hub"), "GOCACHE": go("env", "GOCACHE"),
        }
        pairs = [{"prompt": f"Tell me about {t}.", "chosen": f"Here is what I know of {t}.", "rejected": f"No {t} today."} for t in TOPICS]
        (folder / "pairs.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))

    def kernel(self, declared=True, **environment):
        kernel = Kernel(self.folder, **self.environment, **environment)
        self.kernels.append(kernel)
        for source in [CONNECT, DECLARATIONS] if declared else []:
            kernel.show(source)
        return kernel

    def processes(self):
        """The processes that live with this bench's folder for temporary files: kernels and all that they have started,
        whoever is their parent now."""
        found = {}
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and f"TMPDIR={self.scratch}\0".encode() in (process / "environ").read_bytes():
                    found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
            except OSError:
                pass  # it has ended, or is another user's
        return found

    def cells(self):
        """Those of them that run a cell's program."""
        return [process for process, command in self.processes().items() if command.startswith(f"{self.scratch}/gonb_")]

    def left(self):
        """The names in the folder for temporary files."""
        return sorted(path.name for path in self.scratch.iterdir())

    def close(self):
        for kernel in self.kernels:
            kernel.close()
        for process in self.processes():
            os.kill(process, signal.SIGKILL)


def go(*arguments):
    return subprocess.run(
        ["go", *arguments], cwd=ROOT, env={"CGO_LDFLAGS": f"-L{ROOT}/.deps/lib", **os.environ}, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


@pytest.fixture(scope="session")
def small_model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    go("run", "./notebooks/tests/tinymodel", str(folder))
    return folder


@pytest.fixture
def bench(folder, tmp_path, small_model):
    made = Bench(folder, tmp_path, small_model)
    yield made
    made.close()
