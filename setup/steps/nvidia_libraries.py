"""Links the NVIDIA libraries of this Python, such as those that came with PyTorch or JAX, and lists those that it lacks.

    nvidia_libraries.py LIST                  prints how many of the packages are there
    nvidia_libraries.py LIST FOLDER MISSING

A line of LIST is a pip requirement with a hash and, after #, the library's folder in nvidia/ and the oldest version that
works. A folder that several packages share is linked whole if all of them are installed, otherwise file by file, so that
the others can be added. The lines of packages that are not linked go to the file MISSING.
"""

import collections
import importlib.metadata
import os
import re
import sys


def numbers(version):
    return [int(number) for number in re.findall(r"\d+", version)]


def installed(package, folder, oldest):
    """The package if its folder is there; None if it is missing, too old, or of another major version."""
    try:
        found = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    fits = numbers(found.version) >= numbers(oldest) and numbers(found.version)[0] == numbers(oldest)[0]
    print(package, found.version, path_in(found, folder), "fits" if fits else f"is not {oldest} or newer with the same major version", file=sys.stderr)
    return found if fits and os.path.isdir(path_in(found, folder)) else None


def path_in(package, *parts):
    return os.path.realpath(package.locate_file(os.path.join("nvidia", *parts)))


def read(requirements):
    """The packages of each folder: pairs of a requirement and the package, or None."""
    folders = collections.defaultdict(list)
    with open(requirements) as lines:
        for line in lines:
            if not line.startswith("#"):
                requirement, _, comment = line.partition(" # ")
                folder, oldest = comment.split()
                folders[folder].append((requirement, installed(requirement.partition("==")[0], folder, oldest)))
    return folders


def link_files(package, folder, target):
    """Links each of a package's files in a folder, and reports whether it has any."""
    inside = os.path.join("nvidia", folder) + os.sep
    files = [str(file) for file in package.files or [] if str(file).startswith(inside)]
    for file in files:
        link = os.path.join(target, file.removeprefix("nvidia" + os.sep))
        os.makedirs(os.path.dirname(link), exist_ok=True)
        os.path.lexists(link) or os.symlink(os.path.realpath(package.locate_file(file)), link)
    return bool(files)


def link(folders, target, missing):
    with open(missing, "w") as lacking:
        for folder, packages in folders.items():
            paths = {package and path_in(package, folder) for _, package in packages}
            if len(paths) == 1 and None not in paths:
                os.symlink(paths.pop(), os.path.join(target, folder))
                continue
            for requirement, package in packages:
                if not package or not link_files(package, folder, target):
                    lacking.write(requirement + "\n")


found = read(sys.argv[1])
if len(sys.argv) == 2:
    print(sum(package is not None for packages in found.values() for _, package in packages))
else:
    link(found, *sys.argv[2:])
