# shellcheck shell=bash
# Step: XLA's CPU plugin, the compiler and runtime of training without a GPU.

XLA_FILE=pjrt_c_api_cpu_plugin.so
XLA_OFFICIAL_PART=xla/go-xla-$XLA_OFFICIAL_VERSION
XLA_PACKAGE_PART=xla/$XLA_PACKAGE-$XLA_PACKAGE_VERSION

install_xla_plugin() {
  local part
  if [ -f "$CACHE/$XLA_PACKAGE_PART/$XLA_FILE" ]; then
    part=$XLA_PACKAGE_PART
  elif [ -f "$CACHE/$XLA_OFFICIAL_PART/$XLA_FILE" ]; then
    part=$XLA_OFFICIAL_PART
  elif need_disk 500 && xla_from_package; then
    part=$XLA_PACKAGE_PART
  else
    say "the packaged plugin is not available: $XLA_FAULT"
    if ! xla_from_official; then
      [ "$(uname -s)" = Darwin ] || fail "there is no XLA plugin for the CPU: $XLA_FAULT, and go-xla's releases on GitHub have none"
      without_xla "go-xla's releases on GitHub have none for this Mac, or cannot be reached"
      return
    fi
    part=$XLA_OFFICIAL_PART
  fi
  link_part "$part/$XLA_FILE" "xla/$XLA_FILE"
  say "plugin: $part"
}

# without_xla REASON leaves XLA out, where there may be no plugin that works: the program then computes in pure Go.
without_xla() {
  rm -f "$DEPS/xla/$XLA_FILE"
  say "without XLA, as $1: pure Go computes, several times slower"
}

xla_from_package() {
  XLA_FAULT="it is for Linux on x86-64 and this is $(uname -sm)"
  [ "$(uname -sm)" = "Linux x86_64" ] || return 1
  XLA_FAULT="it needs AVX instructions, which this processor lacks"
  grep -qw avx /proc/cpuinfo || return 1
  choose_pip
  say "downloading $XLA_PACKAGE $XLA_PACKAGE_VERSION, $XLA_PACKAGE_MB MB, from the Python package registry"
  if ! try_wheel "$XLA_PACKAGE" "$XLA_PACKAGE_VERSION" "$XLA_PACKAGE_SHA256"; then
    XLA_FAULT=$WHEEL_FAULT
    return 1
  fi
  mkdir "$WORK/xla-plugin"
  unpack_wheel "$XLA_PACKAGE" "${XLA_PACKAGE//-/_}/$XLA_FILE" "$WORK/xla-plugin/$XLA_FILE"
  chmod 755 "$WORK/xla-plugin/$XLA_FILE"
  install_part "$WORK/xla-plugin" "$XLA_PACKAGE_PART"
}

# xla_from_official runs go-xla's installer. No hash is published: the version is pinned and the hash goes to the log.
xla_from_official() {
  reachable "$XLA_OFFICIAL_SITE" || return 1
  say "downloading go-xla's plugin $XLA_OFFICIAL_VERSION, about $XLA_OFFICIAL_MB MB, from its GitHub releases, whose hash is not pinned"
  quietly go run ./setup/steps/xlaplugin -version "$XLA_OFFICIAL_VERSION" -dir "$WORK/xla" || return 1
  # The installer links the plain name to the versioned file; the cache needs the file itself.
  mkdir "$WORK/xla-plugin"
  cp -L "$WORK/xla/$XLA_FILE" "$WORK/xla-plugin/$XLA_FILE" || fail "cannot copy the plugin; is the disk full?"
  printf 'SHA-256 %s\n' "$(sha256_of "$WORK/xla-plugin/$XLA_FILE")" >>"$LOG"
  install_part "$WORK/xla-plugin" "$XLA_OFFICIAL_PART"
}
