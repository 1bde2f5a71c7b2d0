#!/usr/bin/env bash
# Tests of the packages that call native code, with the address sanitizer: Go's reads and writes of native memory stay
# within it, nothing is used or freed after it was freed, and what was allocated is freed or still known at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# A program that reads one byte too far shows whether there is a sanitizer here, and that it sees.
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
  printf 'address sanitizer: SKIPPED, as it is not to be had here (Debian and Ubuntu: apt-get install build-essential):\n' >&2
  sed 's/^/  /' "$place/build" >&2
  exit 0
fi
if "$place/overrun" >"$place/out" 2>&1 || ! grep -q heap-buffer-overflow "$place/out"; then
  printf 'address sanitizer: it does not see a read beyond the end of native memory\n' >&2
  sed 's/^/  /' "$place/out" >&2
  exit 1
fi

# What XLA's plugin itself keeps until the end, about 1 KB, is its own. Training in pure Go calls nothing native.
printf 'leak:pjrt_c_api_cpu_plugin\n' >"$place/suppressions"
export LSAN_OPTIONS=suppressions=$place/suppressions:print_suppressions=0
go test -asan ./dpocore/tokenizer/...
go test -asan -short -skip PureGo ./dpocore/device
go test -asan -short -run 'DPO|LogProbs' ./dpocore/loss
