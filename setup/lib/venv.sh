# shellcheck shell=bash
# Virtual environments in the shared cache.

# install_venv NAME REQUIREMENTS MB CONTENT builds the environment unless the cache has it, and links .deps/NAME to it.
# MB is the disk space that building it needs, CONTENT says what is downloaded.
install_venv() {
  local part
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "the Python environment $1 needs Python 3.11 or newer and this is $(python3 --version 2>&1)"
  part=$1/$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')-$(sha256_of "$2" | cut -c 1-12)
  if [ ! -f "$CACHE/$part/complete" ]; then
    need_disk "$3"
    build_venv "$part" "$2" "$4"
  fi
  disable_news "$CACHE/$part"
  link_part "$part" "$1"
  say "environment: $part"
}

# build_venv PART REQUIREMENTS CONTENT installs ten packages at a time: after a network failure the next run resumes there.
build_venv() {
  local python=$CACHE/$1/bin/python batch
  choose_pip
  say "downloading $3, from the Python package registry"
  [ -x "$python" ] || quietly python3 -m venv --without-pip "$CACHE/$1" || fail "python3 cannot make a virtual environment (Debian and Ubuntu: apt-get install python3-venv)"
  grep -v '^#' "$2" >"$WORK/requirements.txt"
  split -l 10 "$WORK/requirements.txt" "$WORK/requirements."
  for batch in "$WORK"/requirements.a?; do
    quietly "${PIP[@]}" --python "$python" install --no-input --no-cache-dir --no-deps --progress-bar off -r "$batch" ||
      fail "pip could not install $2; the last lines of the log say why, and running it again resumes from here"
  done
  touch "$CACHE/$1/complete"
}

# disable_news FOLDER keeps JupyterLab in a virtual environment from asking whether it may show news.
disable_news() {
  [ -x "$1/bin/jupyter-lab" ] || return 0
  mkdir -p "$1/etc/jupyter/labconfig"
  printf '{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}\n' >"$1/etc/jupyter/labconfig/page_config.json"
}
