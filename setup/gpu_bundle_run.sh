#!/usr/bin/env bash
# Runs `dpo doctor --gpu` on a machine without network: copies XLA's CUDA plugin of this machine's Python to where go-xla looks for
# it and links NVIDIA's libraries, unless they are there. Arguments go to dpo.
#
#   run.sh [--device cpu] [--model PATH] [--report FILE]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nvidia=${HOME:?set HOME}/.local/lib/go-xla/nvidia
plugin=$nvidia/pjrt_c_api_cuda_plugin.so

fail() {
  printf 'run.sh: %s\n' "$*" >&2
  exit 1
}

# link_first NAME PATH... links NAME in the folder to the first of some paths that exists.
link_first() {
  local name=$1 path
  shift
  for path in "$@"; do
    if [ -e "$path" ]; then
      ln -sfn "$path" "$nvidia/$name"
      return
    fi
  done
  printf 'run.sh: there is no %s (looked for %s); XLA may not compile without it\n' "$name" "$*" >&2
}

# place_plugin copies the plugin that Python has and links the libraries beside it.
place_plugin() {
  local packages found folder
  packages=$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))') || fail "python3 does not run; it is where XLA's CUDA plugin is looked for"
  found=$(find "$packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so" "$packages/jax_plugins/xla_cuda12/xla_cuda_plugin.so" 2>/dev/null | head -n 1 || true)
  [ -n "$found" ] || fail "this Python ($packages) has no XLA plugin for CUDA; it comes with the package jax-cuda13-pjrt, or jax-cuda12-pjrt for drivers older than 580"
  mkdir -p "$nvidia/bin"
  for folder in "$packages"/nvidia/*/; do
    if [ -d "$folder" ]; then ln -sfn "${folder%/}" "$nvidia/$(basename "$folder")"; fi
  done
  link_first bin/ptxas "$packages/nvidia/cu13/bin/ptxas" "$packages/nvidia/cuda_nvcc/bin/ptxas" /usr/local/cuda/bin/ptxas
  link_first nvvm "$packages/nvidia/cu13/nvvm" "$packages/nvidia/cuda_nvcc/nvvm" /usr/local/cuda/nvvm
  if [ -d "$nvidia/cu13" ]; then # where NVIDIA's CUDA 13 libraries look for these two, as set-up places them
    for folder in libcublas.so.13 libcublasLt.so.13; do ln -sfn "go-xla/nvidia/cu13/lib/$folder" "$(dirname "$(dirname "$nvidia")")/$folder"; done
  fi
  cp "$found" "$plugin.partial"
  mv "$plugin.partial" "$plugin"
  printf '%s\n' "run.sh: $found" >"$nvidia/set-up"
}

case " $* " in
  *" --device cpu "* | *" --device=cpu "*) ;;
  *) [ -e "$plugin" ] || place_plugin ;;
esac
export GOMLX_NO_AUTO_INSTALL=1
exec "$here/bin/dpo" doctor --gpu "$@"
