#!/usr/bin/env bash
# go test on every package: with the race detector unless the package links XLA. Simulations with a single goroutine run
# without it too, since it would make them take minutes. go vet, which go test would repeat in part, is left to make lint.
set -euo pipefail

xla=github.com/gomlx/go-xla/pjrt
simulations='^Test(Intervals|Means|Differences)Cover$'
plain=() linked=()
# go list names each package's test program PACKAGE.test, with everything that it links.
while read -r program deps; do
  case "$program" in *.test) ;; *) continue ;; esac
  case " $deps " in
    *" $xla "*) linked+=("${program%.test}") ;;
    *) plain+=("${program%.test}") ;;
  esac
done < <(go list -test -f '{{.ImportPath}} {{join .Deps " "}}' ./...)

status=0
if [ "${#plain[@]}" -gt 0 ]; then go test -vet=off -race -timeout 30m -skip "$simulations" "${plain[@]}" || status=1; fi
go test -vet=off -timeout 30m -run "$simulations" ./dpocore/evaluation/statistics || status=1
if [ "${#linked[@]}" -gt 0 ]; then go test -vet=off -timeout 30m "${linked[@]}" || status=1; fi
exit "$status"
