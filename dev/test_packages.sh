#!/usr/bin/env bash
# go test on every package: with the race detector unless the package links XLA. Long computations in a single goroutine run
# without it too, since it makes them take ten times as long. go vet, which go test would repeat in part, is left to make lint.
set -euo pipefail

xla=github.com/gomlx/go-xla/pjrt
single='^Test(Intervals|Means|Differences)Cover$|OnPublishedPairs$|^TestManyPairs$|^TestPicturesLookLikeTheirGoldens$|^TestObjectivesAreDrawnIfAny$'
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
if [ "${#plain[@]}" -gt 0 ]; then go test -vet=off -race -timeout 30m -skip "$single" "${plain[@]}" || status=1; fi
go test -vet=off -timeout 30m -run "$single" ./dpocore/evaluation/statistics ./dpocore/lint ./plots || status=1
if [ "${#linked[@]}" -gt 0 ]; then go test -vet=off -timeout 30m "${linked[@]}" || status=1; fi
exit "$status"
