# shellcheck shell=bash
# Step: Go modules and a warm build cache. A notebook's first cell would otherwise wait for this.

install_go_modules() {
  local stamp=$DEPS/modules state
  state=$({ cat go.mod go.sum; go env GOVERSION GOCACHE GOMODCACHE; } | cksum)
  if [ "$state" = "$(cat "$stamp" 2>/dev/null)" ]; then
    say "modules and build cache: as before"
    return
  fi
  say "fetching Go modules, about 130 MB, from the Go module proxy"
  # What packages and tests import: half of what go mod download would fetch.
  quietly go list -deps -test ./... || fail "go could not fetch the modules; check the network and run set-up again"
  say "compiling, so that later builds take seconds"
  quietly go build ./... || fail "go build ./... fails; the last lines of the log say where"
  printf '%s\n' "$state" >"$stamp"
}
