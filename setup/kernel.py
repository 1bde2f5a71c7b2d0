"""Installs the GoNB kernel for this user's Jupyter, unless it is there as wanted, and says which in one line.

    kernel.py GONB NAME=VALUE...

GONB is the kernel's program, which installs itself; the names and values become the environment of every cell.
"""

import filecmp
import json
import os
import subprocess
import sys

gonb, *pairs = sys.argv[1:]
environment = dict(pair.split("=", 1) for pair in pairs)
# Folders that occur twice in PATH count once: run from a notebook, set-up finds the kernel's own PATH.
environment["PATH"] = ":".join(dict.fromkeys(environment["PATH"].split(":")))

data = "~/Library/Jupyter" if sys.platform == "darwin" else "~/.local/share/jupyter"
folder = os.path.join(os.environ.get("JUPYTER_DATA_DIR") or os.path.expanduser(data), "kernels", "gonb")
path = os.path.join(folder, "kernel.json")


def as_wanted():
    try:
        with open(path) as file:
            kernel = json.load(file)
        return kernel["env"] == environment and filecmp.cmp(kernel["argv"][0], gonb, shallow=False)
    except (OSError, ValueError, KeyError):
        return False


if as_wanted():
    print(f"kernel: as before, in {folder}")
else:
    # gopls, which only serves completion, may be missing.
    subprocess.run([gonb, "--install", "--force_deps", "--force_copy"], check=True, stdout=sys.stderr)
    with open(path) as file:
        kernel = json.load(file)
    kernel["env"] = environment
    with open(path + ".new", "w") as file:
        json.dump(kernel, file, indent=1)
    os.replace(path + ".new", path)
    print(f"kernel: Go (gonb), in {folder}")
