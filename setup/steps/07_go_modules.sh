# shellcheck shell=bash
# Step: Go modules and a warm build cache, so that a notebook's first cell does not wait for them.

install_go_modules() {
  local stamp=$DEPS/modules state
  state=$({ cat go.mod go.sum; go env GOVERSION GOCACHE GOMODCACHE; } | cksum)
  if [ "$state" = "$(cat "$stamp" 2>/dev/null)" ]; then
    say "modules and build cache: unchanged"
    return
  fi
  say "downloading Go modules, about 130 MB, from the Go module proxy"
  # Only what packages and tests import, half of what go mod download would download.
  quietly go list -deps -test ./... || fail "go could not download the modules; check the network and run set-up again"
  say "compiling; later builds take seconds"
  quietly go build ./... || fail "go build ./... fails; the last lines of the log say where"
  printf '%s\n' "$state" >"$stamp"
}
