# shellcheck shell=bash
# Step: Go modules and a warm build cache. A notebook's first cell would otherwise wait for this.

install_go_modules() {
  local stamp=$DEPS/built state
  state=$(cat go.mod go.sum; go env GOVERSION GOCACHE GOMODCACHE)
  if [ "$state" = "$(cat "$stamp" 2>/dev/null)" ]; then
    say "modules and build cache: as before"
    return
  fi
  say "fetching Go modules, about 60 MB, from the Go module proxy"
  quietly go mod download || fail "go could not fetch the modules; check the network and run set-up again"
  say "compiling, so that later builds take seconds"
  quietly go build ./... || fail "go build ./... fails; the last lines of the log say where"
  printf '%s\n' "$state" >"$stamp"
}
