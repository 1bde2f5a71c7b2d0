# shellcheck shell=bash
# Step of notebooks: the GoNB kernel, installed for the user.

GONB_MODULE=github.com/janpfeifer/gonb

install_kernel() {
  local part program programs=("$GONB_MODULE" golang.org/x/tools/cmd/goimports)
  check_gonb_version
  part=gotools/$(cat setup/gotools/go.mod setup/gotools/go.sum | cksum | cut -d' ' -f1)-$(go env GOVERSION | cut -d' ' -f1)
  if [ "$WITH_GOPLS" = yes ]; then programs+=(golang.org/x/tools/gopls); fi
  for program in "${programs[@]}"; do
    [ -x "$CACHE/$part/${program##*/}" ] && continue
    need_disk 500
    say "downloading and compiling ${program##*/} from the Go module proxy"
    quietly env GOBIN="$WORK/bin" go -C setup/gotools install "$program" || fail "go could not build ${program##*/}; the last lines of the log say why"
    install_part "$WORK/bin/${program##*/}" "$part/${program##*/}"
  done
  register_kernel "$CACHE/$part"
}

# check_gonb_version stops unless the kernel and the library that cells import have the same version.
check_gonb_version() {
  local pick="\$1 == \"$GONB_MODULE\" && \$2 ~ /^v/ {print \$2}"
  [ "$(awk "$pick" go.mod)" = "$(awk "$pick" setup/gotools/go.mod)" ] ||
    fail "go.mod asks for $GONB_MODULE $(awk "$pick" go.mod) and setup/gotools/go.mod for $(awk "$pick" setup/gotools/go.mod); make them the same"
}

# in_foreign_kernel reports whether a cell runs this in a kernel set up by another checkout, whose cells do not compile here.
in_foreign_kernel() { [ -n "${GONB_DIR:-}" ] && ! [ "${GONB_DPO_CHECKOUT:-}" -ef "$PWD" ]; }

# cell_flags prints GOFLAGS for cells: their programs have no debugging information, which takes 40 % of the time to build one.
cell_flags() {
  case " ${GOFLAGS:-}" in
    *" -ldflags"*) printf '%s' "$GOFLAGS" ;;
    *) printf '%s' "${GOFLAGS:+$GOFLAGS }-ldflags=-w" ;;
  esac
}

# register_kernel FOLDER registers the kernel with Jupyter, with an environment in which cells compile in any folder.
register_kernel() {
  local environment=("PATH=$1:$(go env GOROOT)/bin:$PATH" "CGO_LDFLAGS=$CGO_LDFLAGS" GOMLX_NO_AUTO_INSTALL=1 "GOFLAGS=$(cell_flags)" "GONB_DPO_CHECKOUT=$PWD") said
  if [ "$DEVICE" != cpu ]; then environment+=(GOMLX_BACKEND=xla:cuda "LD_LIBRARY_PATH=$(driver_libraries)"); fi
  said=$(quietly_print python3 setup/steps/kernel.py "$1/gonb" "${environment[@]}") || fail "the kernel could not be installed for Jupyter; the last lines of the log say why"
  say "$said"
}
