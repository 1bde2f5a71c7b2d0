# shellcheck shell=bash
# Step: what must be on the machine already. Needs no root and installs nothing.

check_toolchain() {
  local wanted go_version compiler
  wanted=$(awk '$1 == "go" {print $2}' go.mod)
  command -v go >/dev/null || fail "Go is not installed; Go $wanted or newer is needed, from https://go.dev/dl"
  go_version=$(go env GOVERSION 2>>"$LOG" 9>&-) || fail "Go $wanted or newer is needed and this is $(go version | cut -d' ' -f3); get it from https://go.dev/dl"
  go_version=${go_version#go}
  newer_or_same "${go_version%% *}" "$wanted" || fail "Go $wanted or newer is needed and this is Go $go_version; get it from https://go.dev/dl"
  compiler=$(go env CC)
  command -v "${compiler%% *}" >/dev/null || fail "there is no C compiler ($compiler); install one (Debian and Ubuntu: apt-get install build-essential)"
  command -v python3 >/dev/null || fail "python3 is not installed; it is needed to fetch packages (Debian and Ubuntu: apt-get install python3-pip)"
  say "Go $go_version, $compiler, $(python3 --version 2>&1), $(uname -s) $(go env GOARCH)"
  [ "$(uname -s)" = Linux ] || say "only Linux is tested; elsewhere the official sources are tried and the package-registry route is not there"
}

# newer_or_same VERSION WANTED compares version numbers.
newer_or_same() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}
