"""Say which machine a figure is from: ratios differ between processors with and without AVX-512 and AMX."""
import os
import platform
from pathlib import Path

EXTENSIONS = {"AVX2": "avx2", "AVX-512": "avx512f", "AMX": "amx_bf16"}  # that matter to matrix products


def processor(text):
    """A processor in words, from the text of /proc/cpuinfo. Processors other than x86 list no flags."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    name, flags = fields.get("model name", platform.machine()), fields.get("flags", "").split()
    extensions = [name if flag in flags else f"no {name}" for name, flag in EXTENSIONS.items()] if flags else []
    return ", ".join([name, *extensions])


def machine():
    """This machine in one line, with its load: absolute times from a loaded machine mean nothing."""
    path = Path("/proc/cpuinfo")
    name = processor(path.read_text() if path.exists() else "")
    return f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start"
