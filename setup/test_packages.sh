#!/usr/bin/env bash
# go test on every package: with the race detector where XLA is not linked, without it where it is. Simulations of one
# goroutine run without it too, as they would take minutes under it.
set -euo pipefail

xla=github.com/gomlx/go-xla/pjrt
simulations='^Test(Intervals|Means|Differences)Cover$'
plain=() linked=()
# Each package's test program is listed as PACKAGE.test, with everything that it links.
while read -r program deps; do
  case "$program" in *.test) ;; *) continue ;; esac
  case " $deps " in
    *" $xla "*) linked+=("${program%.test}") ;;
    *) plain+=("${program%.test}") ;;
  esac
done < <(go list -test -f '{{.ImportPath}} {{join .Deps " "}}' ./...)

status=0
if [ "${#plain[@]}" -gt 0 ]; then go test -race -skip "$simulations" "${plain[@]}" || status=1; fi
go test -run "$simulations" ./dpocore/statistics || status=1
if [ "${#linked[@]}" -gt 0 ]; then go test -timeout 30m "${linked[@]}" || status=1; fi
exit "$status"
