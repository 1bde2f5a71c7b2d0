#!/usr/bin/env bash
# The Python environment of the tests of the notebooks, in the shared cache; .deps/notebook-tests links to it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source setup/start.sh

install_environment() {
  local part list=$WORK/list
  cat setup/notebooks_requirements.txt notebooks/tests/requirements.txt >"$list"
  part=notebook-tests/$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')-$(sha256_of "$list" | cut -c 1-12)
  [ -f "$CACHE/$part/complete" ] || need_disk 700
  make_venv "$part" "$list" "JupyterLab, pytest and Playwright, 90 MB"
  without_news "$CACHE/$part"
  link_part "$part" notebook-tests
  say "environment: $part"
}

open_cache
step "Python environment for the tests of the notebooks" install_environment
