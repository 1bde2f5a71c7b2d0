#!/usr/bin/env bash
# Packs what `dpo doctor --gpu` needs into files of at most 60 MB, for a machine with an NVIDIA GPU and no network.
#
#   setup/gpu_bundle.sh [FOLDER]
#
# FOLDER, gpu-bundle by default, gets the parts of an archive, their SHA-256 and README.txt with the commands for the other machine.
# That one needs glibc as new as here, NVIDIA's driver, and a Python that has jax-cuda12-pjrt or jax-cuda13-pjrt with NVIDIA's
# libraries, as every JAX for GPUs has. The archive holds the program, the model and XLA's plugin for the CPU.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CGO_LDFLAGS="-L$PWD/.deps/lib" GOMLX_NO_AUTO_INSTALL=1

# The tests set GPU_BUNDLE_PART, in bytes, and GPU_BUNDLE_PROGRAM, to be packed in place of one that is built.
part_size=${GPU_BUNDLE_PART:-60000000}
target=${1:-gpu-bundle}
fail() {
  printf 'gpu_bundle.sh: %s\n' "$*" >&2
  exit 1
}
[ -z "$(ls -A "$target" 2>/dev/null)" ] || fail "$target is not empty; name another folder"
[ -e .deps/xla/pjrt_c_api_cpu_plugin.so ] || fail "set-up is not complete; run make setup first"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$work/gpu-trial
mkdir -p "$folder/bin" "$folder/.deps" "$target"
if [ -n "${GPU_BUNDLE_PROGRAM:-}" ]; then
  cp "$GPU_BUNDLE_PROGRAM" "$folder/bin/dpo"
else
  printf 'building the program\n'
  go build -ldflags=-s -o "$folder/bin/dpo" ./cmd/dpo
fi
for part in xla models; do cp -rL ".deps/$part" "$folder/.deps/"; done
cp setup/gpu_bundle_run.sh "$folder/run.sh"

printf 'packing\n'
tar -C "$work" -czf - gpu-trial | split -b "$part_size" - "$target/gpu-trial.tar.gz.part-"
(cd "$target" && sha256sum gpu-trial.tar.gz.part-* >SHA256SUMS)
cat >"$target/README.txt" <<'README'
On the machine with the GPU, in the folder with these files:

  sha256sum -c SHA256SUMS
  cat gpu-trial.tar.gz.part-* | tar -xz
  bash gpu-trial/run.sh

The last command takes some minutes and needs no network. It writes gpu_report_DATE_TIME.md into the current folder; that is the
file to send back. If it says that a part failed, send the file all the same. To see that the bundle arrived intact, without the
GPU: bash gpu-trial/run.sh --device cpu
README
printf '%s: %d parts of at most %d MB; README.txt has the commands\n' "$target" "$(find "$target" -name '*.part-*' | wc -l)" $((part_size / 1000000))
