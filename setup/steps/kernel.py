"""Installs the GoNB kernel for this user's Jupyter unless it is already there, and prints one line.

    kernel.py GONB NAME=VALUE...

GONB is the kernel's program, which installs itself. The names and values become the environment of every cell.
"""

import filecmp
import json
import os
import subprocess
import sys

gonb, *pairs = sys.argv[1:]
environment = dict(pair.split("=", 1) for pair in pairs)
# Remove duplicates from PATH: in a notebook, set-up runs with the kernel's PATH.
environment["PATH"] = ":".join(dict.fromkeys(environment["PATH"].split(":")))

data = "~/Library/Jupyter" if sys.platform == "darwin" else "~/.local/share/jupyter"
folder = os.path.join(os.environ.get("JUPYTER_DATA_DIR") or os.path.expanduser(data), "kernels", "gonb")
path = os.path.join(folder, "kernel.json")


def up_to_date():
    try:
        with open(path) as file:
            kernel = json.load(file)
        return kernel["env"] == environment and filecmp.cmp(kernel["argv"][0], gonb, shallow=False)
    except (OSError, ValueError, KeyError):
        return False


if up_to_date():
    print(f"kernel: unchanged, in {folder}")
else:
    # --force_deps: gopls, which only serves completion, may be missing.
    subprocess.run([gonb, "--install", "--force_deps", "--force_copy"], check=True, stdout=sys.stderr)
    with open(path) as file:
        kernel = json.load(file)
    kernel["env"] = environment
    with open(path + ".new", "w") as file:
        json.dump(kernel, file, indent=1)
    os.replace(path + ".new", path)
    print(f"kernel: Go (gonb), in {folder}")
