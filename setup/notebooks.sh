# shellcheck shell=bash
# Steps of notebooks: the GoNB kernel, installed for the user, and a JupyterLab of its own for machines without Jupyter.

GONB_MODULE=github.com/janpfeifer/gonb

install_kernel() {
  local part program programs=("$GONB_MODULE" golang.org/x/tools/cmd/goimports)
  check_gonb_version
  part=gotools/$(cat setup/gotools/go.mod setup/gotools/go.sum | cksum | cut -d' ' -f1)-$(go env GOVERSION | cut -d' ' -f1)
  if [ "$WITH_GOPLS" = yes ]; then programs+=(golang.org/x/tools/gopls); fi
  for program in "${programs[@]}"; do
    [ -x "$CACHE/$part/${program##*/}" ] && continue
    need_disk 500
    say "fetching and compiling ${program##*/} from the Go module proxy"
    quietly env GOBIN="$WORK/bin" go -C setup/gotools install "$program" || fail "go could not build ${program##*/}; the last lines of the log say why"
    install_part "$WORK/bin/${program##*/}" "$part/${program##*/}"
  done
  register_kernel "$CACHE/$part"
}

# check_gonb_version: the kernel and the library that cells import must be one version.
check_gonb_version() {
  local pick="\$1 == \"$GONB_MODULE\" && \$2 ~ /^v/ {print \$2}"
  [ "$(awk "$pick" go.mod)" = "$(awk "$pick" setup/gotools/go.mod)" ] ||
    fail "go.mod asks for $GONB_MODULE $(awk "$pick" go.mod) and setup/gotools/go.mod for $(awk "$pick" setup/gotools/go.mod); make them the same"
}

# in_strange_kernel: a cell runs this, of a kernel that another checkout has set up; its cells would not compile here.
in_strange_kernel() { [ -n "${GONB_DIR:-}" ] && ! [ "${GONB_DPO_CHECKOUT:-}" -ef "$PWD" ]; }

# register_kernel FOLDER makes Jupyter know the kernel, with an environment in which a cell compiles in any folder.
register_kernel() {
  local environment=("PATH=$1:$(go env GOROOT)/bin:$PATH" "CGO_LDFLAGS=$CGO_LDFLAGS" GOMLX_NO_AUTO_INSTALL=1 "GONB_DPO_CHECKOUT=$PWD") said
  if [ "$DEVICE" != cpu ]; then environment+=(GOMLX_BACKEND=xla:cuda); fi
  said=$(quietly_print python3 setup/kernel.py "$1/gonb" "${environment[@]}") || fail "the kernel could not be installed for Jupyter; the last lines of the log say why"
  say "$said"
}

# install_jupyter prepares .deps/notebooks, a virtual environment with JupyterLab and nbclient.
install_jupyter() {
  local part list=setup/notebooks_requirements.txt
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "notebooks on this machine need Python 3.11 or newer and this is $(python3 --version 2>&1)"
  part=notebooks/$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')-$(sha256_of "$list" | cut -c 1-12)
  [ -f "$CACHE/$part/complete" ] || need_disk 500
  make_venv "$part" "$list" "JupyterLab and what it needs, 30 MB"
  without_news "$CACHE/$part"
  link_part "$part" notebooks
  say "environment: $part"
}
