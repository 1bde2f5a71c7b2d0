# shellcheck shell=bash disable=SC2034
# The first lines of every set-up script: paths and shared functions. Source it from the root of the checkout.

DEPS=$PWD/.deps
CACHE=${XDG_CACHE_HOME:-${HOME:?set HOME or XDG_CACHE_HOME}/.cache}/gonb-dpo
LOG=$DEPS/setup.log
STEPS=1
step_number=0
step_title=start
unreachable=
PIP=()

source setup/pins.sh
source setup/lib/report.sh
source setup/lib/cache.sh
source setup/lib/fetch.sh
source setup/lib/wheels.sh
source setup/lib/venv.sh

mkdir -p "$DEPS"
printf '== %s\n' "$(date)" >>"$LOG"
