#!/usr/bin/env bash
# Downloads XLA's plugin for CUDA 12, the one that set-up installs, and its device code, 280 MB, into the shared cache, and runs the
# check of the graphs for a T4 on a machine without a GPU. Arguments are parts of models' names: "1.7B in float16".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source setup/lib/start.sh
source setup/steps/04_xla_cuda.sh

# The folder must be called nvidia: there XLA looks for the device code beside itself.
part=t4/$CUDA_VERSION-$(sha256_of setup/cuda12.txt | cut -c 1-12)/nvidia
open_cache t4
if [ ! -f "$CACHE/$part/$CUDA_FILE" ]; then
  need_disk 1500
  choose_pip
  say "downloading jax-cuda12-pjrt $CUDA_VERSION, $CUDA12_MB MB, and nvidia-cuda-nvcc-cu12, 40 MB, from the Python package registry"
  grep '^nvidia-cuda-nvcc' setup/cuda12.txt >"$WORK/nvcc.txt"
  quietly "${PIP[@]}" install --no-input --no-cache-dir --no-deps --only-binary=:all: --require-hashes --target "$WORK/t4" -r "$WORK/nvcc.txt" ||
    fail "pip could not download nvidia-cuda-nvcc-cu12; the last lines of the log say why"
  fetch_wheel jax-cuda12-pjrt "$CUDA_VERSION" "$CUDA12_SHA256"
  unpack_wheel jax-cuda12-pjrt jax_plugins/xla_cuda12/xla_cuda_plugin.so "$WORK/t4/nvidia/$CUDA_FILE"
  install_part "$WORK/t4/nvidia" "$part"
fi
exec 9>&- # another check can run meanwhile

CGO_CFLAGS=-I$(go list -m -f '{{.Dir}}' github.com/gomlx/go-xla)/pjrt
export CGO_CFLAGS
go run -tags t4check ./dev/t4 "$CACHE/$part/$CUDA_FILE" "$@"
