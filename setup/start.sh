# shellcheck shell=bash disable=SC2034
# What every set-up script begins with: where things go, and the functions they share. Run from the checkout's root.

DEPS=$PWD/.deps
CACHE=${XDG_CACHE_HOME:-${HOME:?set HOME or XDG_CACHE_HOME}/.cache}/gonb-dpo
LOG=$DEPS/setup.log
STEPS=1
step_number=0
step_title=start
unreachable=
PIP=()

source setup/pins.sh
source setup/report.sh
source setup/cache.sh
source setup/fetch.sh

mkdir -p "$DEPS"
printf '== %s\n' "$(date)" >>"$LOG"
