# shellcheck shell=bash
# The cache that several checkouts share. Each part is under its version and arrives by rename, so it is always complete.

# open_cache [NAME] creates the cache, waits for another set-up that is using it, and sets WORK, a folder for unfinished
# files. A NAME means a lock for that part of the cache alone, so that it can be filled while set-up fills the others.
open_cache() {
  local lock=lock${1:+-$1} work=work${1:+-$1}
  mkdir -p "$CACHE/partial" 2>/dev/null || fail "cannot make the folder $CACHE; set XDG_CACHE_HOME to a place you can write to"
  if command -v flock >/dev/null; then
    exec 9>"$CACHE/$lock"
    if ! flock --nonblock 9; then
      say "another set-up is using $CACHE; waiting for it"
      flock 9
    fi
  else
    say "flock is not installed: do not run two set-ups at once"
  fi
  rm -rf "$CACHE/partial/$work".*
  WORK=$(mktemp -d "$CACHE/partial/$work.XXXXXX")
  trap 'rm -rf "$WORK"' EXIT
}

# need_disk MB [FOLDER] stops if the disk of the cache, or of FOLDER, has less free space.
need_disk() {
  local free folder=${2:-$CACHE}
  free=$(df -Pk "$folder" | awk 'NR == 2 {print int($4 / 1024)}')
  [ "$free" -ge "$1" ] || fail "$folder has $free MB free and this step needs $1 MB; make room$([ -n "${2:-}" ] || echo ', or set XDG_CACHE_HOME to another disk')"
}

# install_part FROM TO moves a finished file or folder from WORK to TO in the cache.
install_part() {
  mkdir -p "$(dirname "$CACHE/$2")"
  rm -rf "${CACHE:?}/$2"
  mv "$1" "$CACHE/$2"
}

# link_part PART NAME makes .deps/NAME a link to a part in the cache.
link_part() {
  local link=$DEPS/$2
  [ "$(readlink "$link" 2>/dev/null)" = "$CACHE/$1" ] && return
  mkdir -p "$(dirname "$link")"
  if [ -d "$link" ] && [ ! -L "$link" ]; then
    fail "$link is a folder, and set-up needs a link there; move it away and run set-up again"
  fi
  ln -sfn "$CACHE/$1" "$link"
}
