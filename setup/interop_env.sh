#!/usr/bin/env bash
# The Python environment of `make interop`, in the shared cache; .deps/interop links to it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source setup/start.sh

install_interop() {
  local part
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "make interop needs Python 3.11 or newer and this is $(python3 --version 2>&1)"
  part=interop/$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')-$(sha256_of interop/requirements.txt | cut -c 1-12)
  [ -f "$CACHE/$part/complete" ] || need_disk 7000
  make_venv "$part" interop/requirements.txt "torch, transformers, peft, trl and what they need, about 2800 MB"
  link_part "$part" interop
  say "environment: $part"
}

open_cache
step "Python environment for interop" install_interop
