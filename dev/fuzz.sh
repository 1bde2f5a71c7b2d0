#!/usr/bin/env bash
# Runs every fuzz target, one after another, and prints a row of a Markdown table for each.
#   dev/fuzz.sh TIME [FOLDER]    TIME as 1h, 30s or 1000x for each target; the corpora grow in FOLDER (.deps/fuzz)
# FUZZ names the targets by a pattern (all), WORKERS the number of parallel workers (1). A failing input goes to the package's testdata/fuzz,
# where every later test runs it; nothing else is written into the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:?give the time for each target, such as 1h}
mkdir -p "${2:-.deps/fuzz}"
folder=$(cd "${2:-.deps/fuzz}" && pwd)
GOTMPDIR=$(mktemp -d)
# Most targets write each input to a file, which on a disk takes longer than the test.
if [ -w /dev/shm ]; then TMPDIR=$(mktemp -d /dev/shm/fuzz-XXXXXX); else TMPDIR=$(mktemp -d); fi
export TMPDIR GOTMPDIR
trap 'rm -rf "$TMPDIR" "$GOTMPDIR"' EXIT

grouped() { sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta' <<<"$1"; }

# finding LOG prints the result of a target in a few words.
finding() {
  local input
  input=$(sed -nE 's/.*Failing input written to ([^ ]+).*/\1/p' "$1" | tail -n 1)
  if [ -n "$input" ]; then
    printf '%s: %s' "$input" "$(grep -A 2 -m 1 -- '--- FAIL' "$1" | tail -n 1 | sed 's/^ *//; s/|/\\|/g')"
  elif grep -q '^PASS$' "$1"; then
    printf 'nothing'
  else
    printf 'could not be run: see %s' "$1"
  fi
}

# run_target PACKAGE NAME prints its row, and fails if it found anything.
run_target() {
  local corpus=$folder/$1/$2 log=$folder/$1/$2.log program=$GOTMPDIR/target.test started executions seconds found
  mkdir -p "$corpus"
  started=$SECONDS
  if go test -c -fuzz "^$2\$" -o "$program" "./$1" >"$log" 2>&1; then
    started=$SECONDS
    (cd "$1" && "$program" -test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "$duration" -test.fuzzminimizetime 10x \
      -test.parallel "${WORKERS:-1}" -test.fuzzcachedir "$folder/$1") >"$log" 2>&1 || true
  fi
  seconds=$((SECONDS - started))
  executions=$(sed -nE 's/.*execs: ([0-9]+).*/\1/p' "$log" | tail -n 1)
  found=$(finding "$log")
  printf '| `%s` in `%s` | %s | %s | %s | %s |\n' "$2" "$1" "$(awk -v s="$seconds" 'BEGIN {printf "%.1f", s / 60}')" \
    "$(grouped "${executions:-0}")" "$(grouped $((${executions:-0} / (seconds > 0 ? seconds : 1))))" "$found"
  [ "$found" = nothing ]
}

status=0
printf '| target | minutes | executions | per second | found |\n|---|---|---|---|---|\n'
while IFS=: read -r file function; do
  name=${function#func }
  [[ $name =~ ${FUZZ:-.} ]] || continue
  run_target "$(dirname "$file")" "$name" || status=1
done < <(git ls-files -co --exclude-standard '*_test.go' | sort | xargs grep -oE '^func Fuzz[A-Za-z0-9_]+')
exit "$status"
