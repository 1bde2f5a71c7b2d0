# shellcheck shell=bash
# Downloads from an address, each checked against a pinned SHA-256.

# sha256_of FILE prints its hash.
sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

# check_sha256 FILE HASH NAME stops and removes the file if its hash is not HASH.
check_sha256() {
  local got
  got=$(sha256_of "$1")
  [ "$got" = "$2" ] && return
  rm -f "$1"
  fail "hash mismatch: $3 has SHA-256 $got where $2 is pinned; it was deleted and nothing was installed"
}

# reachable ADDRESS reports within seconds whether a site answers. A site that refuses is asked only once.
reachable() {
  local site
  site=$(cut -d/ -f1-3 <<<"$1")
  case " $unreachable " in *" $site "*) return 1 ;; esac
  if ! command -v curl >/dev/null || ! quietly curl -sSIL --connect-timeout 5 --max-time 15 -o /dev/null "$site"; then
    unreachable="$unreachable $site"
    return 1
  fi
}

# fetch_address ADDRESS HASH FILE resumes a broken download, even one of an earlier set-up. It fails if the site refuses,
# so that set-up can try the next source.
fetch_address() {
  local partial=$CACHE/partial/$2 try code=0
  for try in 1 2 3; do
    code=0
    quietly curl -fsSL --connect-timeout 10 --speed-limit 1000 --speed-time 30 -C - -o "$partial" "$1" || code=$?
    # 22 with a complete file: nothing was left to download.
    if [ "$code" = 22 ] && [ -f "$partial" ] && [ "$(sha256_of "$partial")" = "$2" ]; then code=0; fi
    if [ "$code" = 0 ]; then
      check_sha256 "$partial" "$2" "$(basename "$1")"
      mv "$partial" "$3"
      return
    fi
    # 33: the site cannot resume a download.
    if [ "$code" = 33 ]; then rm -f "$partial"; fi
    say "$(basename "$1") was not downloaded (curl exit code $code, try $try of 3)"
  done
  return 1
}
