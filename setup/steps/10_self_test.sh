# shellcheck shell=bash
# Step: a self-test on the device, so that a broken plugin is found here and not in a notebook.

run_self_test() {
  local state said
  state=$({ printf '%s\n' "$DEVICE"; readlink "$DEPS/xla/$XLA_FILE" || true; cat "$NVIDIA/set-up" "$DEPS/modules" 2>/dev/null || true; } | cksum)
  if [ "$state" = "$(cat "$DEPS/self-test" 2>/dev/null)" ]; then
    say "passed before"
    return
  fi
  if ! said=$(quietly_print go run ./setup/steps/selftest); then
    [ "$DEVICE" = cpu ] || fail "the GPU does not compute ($(last_fault)); with --cpu set-up continues without it"
    if [ "$(uname -s)" != Darwin ] || [ ! -e "$DEPS/xla/$XLA_FILE" ]; then
      fail "the machine's own multiplication of matrices fails ($(last_fault))"
    fi
    without_xla "its plugin does not compute on this Mac ($(last_fault))"
    run_self_test
    return
  fi
  say "$said"
  printf '%s\n' "$state" >"$DEPS/self-test"
}

# last_fault prints the last error of the self-test.
last_fault() { grep '^selftest: ' "$LOG" | tail -n 1 | cut -d' ' -f2- | grep . || echo "the last lines of the log say why"; }
