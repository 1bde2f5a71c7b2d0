"""Links the NVIDIA libraries of this Python and lists those that it lacks.

    nvidia_libraries.py LIST FOLDER MISSING

A line of LIST is a pip requirement with a hash and, after #, the library's folder in nvidia/ and the oldest version that
works. A folder that several packages share is linked only if all of them are installed. The lines of packages that are
not linked go to the file MISSING.
"""

import collections
import importlib.metadata
import os
import re
import sys


def numbers(version):
    return [int(number) for number in re.findall(r"\d+", version)]


def installed(package, folder, oldest):
    """The path of the package's folder; None if it is missing, too old, or of another major version."""
    try:
        found = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    path = os.path.realpath(found.locate_file(os.path.join("nvidia", folder)))
    fits = numbers(found.version) >= numbers(oldest) and numbers(found.version)[0] == numbers(oldest)[0]
    print(package, found.version, path, "fits" if fits else f"is not {oldest} or newer with the same major version")
    return path if fits and os.path.isdir(path) else None


def main(requirements, target, missing):
    folders = collections.defaultdict(list)
    with open(requirements) as lines:
        for line in lines:
            if not line.startswith("#"):
                requirement, _, comment = line.partition(" # ")
                folder, oldest = comment.split()
                folders[folder].append((requirement, oldest))
    with open(missing, "w") as lacking:
        for folder, packages in folders.items():
            paths = {installed(requirement.partition("==")[0], folder, oldest) for requirement, oldest in packages}
            if len(paths) == 1 and None not in paths:
                os.symlink(paths.pop(), os.path.join(target, folder))
            else:
                lacking.writelines(requirement + "\n" for requirement, _ in packages)


main(*sys.argv[1:])
