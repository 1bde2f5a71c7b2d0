#!/usr/bin/env bash
# The Python environment of `make interop`, in the shared cache; .deps/interop links to it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source setup/start.sh

install_interop() {
  local part python
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "make interop needs Python 3.11 or newer and this is $(python3 --version 2>&1)"
  part=interop/$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')-$(sha256_of interop/requirements.txt | cut -c 1-12)
  python=$CACHE/$part/bin/python
  if [ ! -f "$CACHE/$part/complete" ]; then
    need_disk 7000
    choose_pip
    say "fetching torch, transformers, peft and what they need, about 2500 MB, from the Python package registry"
    [ -x "$python" ] || quietly python3 -m venv --without-pip "$CACHE/$part" || fail "python3 cannot make a virtual environment (Debian and Ubuntu: apt-get install python3-venv)"
    # Ten packages at a time: those are kept when the network fails, and the next run goes on from there.
    grep -v '^#' interop/requirements.txt |
      quietly xargs -n 10 "${PIP[@]}" --python "$python" install --no-input --no-cache-dir --no-deps --progress-bar off ||
      fail "pip could not install interop/requirements.txt; the last lines of the log say why, and running it again goes on from here"
    touch "$CACHE/$part/complete"
  fi
  link_part "$part" interop
  say "environment: $part"
}

open_cache
step "Python environment for interop" install_interop
