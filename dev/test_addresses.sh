#!/usr/bin/env bash
# Tests of the packages that call native code, with the address sanitizer: no access outside native memory, no use after
# free, no double free, no leak.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# A program that reads one byte past the end shows whether the sanitizer is installed and works.
cat >"$place/overrun.go" <<'GO'
package main

// #include <stdlib.h>
import "C"

import "unsafe"

func main() {
	four := C.malloc(4)
	println(unsafe.Slice((*byte)(four), 5)[4])
}
GO
if ! go build -asan -o "$place/overrun" "$place/overrun.go" 2>"$place/build"; then
  printf 'address sanitizer: SKIPPED, not installed here (Debian and Ubuntu: apt-get install build-essential):\n' >&2
  sed 's/^/  /' "$place/build" >&2
  exit 0
fi
if "$place/overrun" >"$place/out" 2>&1 || ! grep -q heap-buffer-overflow "$place/out"; then
  printf 'address sanitizer: it does not report a read past the end of native memory\n' >&2
  sed 's/^/  /' "$place/out" >&2
  exit 1
fi

# XLA's plugin itself leaks about 1 KB. Training in pure Go calls nothing native. The sanitizer replaces the allocator, so
# that no memory is reused.
printf 'leak:pjrt_c_api_cpu_plugin\n' >"$place/suppressions"
export LSAN_OPTIONS=suppressions=$place/suppressions:print_suppressions=0
go test -vet=off -asan ./dpocore/tokenizer/...
go test -vet=off -asan -short -skip 'PureGo|MemoryIsReused' ./dpocore/device/...
go test -vet=off -asan -short -run 'DPO|LogProbs' ./dpocore/loss
