#!/usr/bin/env bash
# The Python environment of tests, in the shared cache: interop (of `make interop` and `make bench`), tensorboard (of `make interop`),
# notebook-tests, docs (of `make site`), or llamacpp (of
# `make interop-llamacpp`).
#   dev/python_env.sh interop|tensorboard|notebook-tests|docs|llamacpp     .deps/NAME links to the environment
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source setup/lib/start.sh

install_environment() {
  case "$environment" in
    interop)
      install_venv interop interop/requirements.txt 7000 "torch, transformers, peft, trl and their dependencies, about 2800 MB"
      ;;
    tensorboard)
      install_venv tensorboard interop/tensorboard/requirements.txt 200 "tensorboard and what its reader of files needs, 30 MB"
      ;;
    docs)
      install_venv docs dev/site/requirements.txt 100 "Zensical, which builds the documentation site, 20 MB"
      ;;
    llamacpp)
      install_venv llamacpp dev/llamacpp/requirements.txt 2000 "llama.cpp's source, compiled here, and the package gguf, about 110 MB"
      ;;
    notebook-tests)
      cat setup/notebooks_requirements.txt notebooks/tests/requirements.txt >"$WORK/notebook-tests.txt"
      install_venv notebook-tests "$WORK/notebook-tests.txt" 700 "JupyterLab, pytest and Playwright, 90 MB"
      ;;
  esac
}

environment=${1:-}
case "$environment" in
  interop | tensorboard | notebook-tests | docs | llamacpp) ;;
  *)
    printf 'dev/python_env.sh: name the environment, interop, tensorboard, notebook-tests, docs or llamacpp\n' >&2
    exit 2
    ;;
esac
open_cache "$environment"
step "Python environment $environment" install_environment
