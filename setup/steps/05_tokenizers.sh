# shellcheck shell=bash
# Step: the native tokenizer library that the Go binding links. It must have exactly the binding's version.

TOKENIZERS_FILE=libtokenizers.a

install_tokenizer_library() {
  local part
  part=tokenizers/$TOKENIZERS_VERSION-$(go env GOOS)-$(go env GOARCH)
  [ "$(awk -v module="$TOKENIZERS_MODULE" '$1 == module {print $2}' go.mod)" = "$TOKENIZERS_VERSION" ] ||
    fail "go.mod asks for another version of $TOKENIZERS_MODULE than setup/pins.sh ($TOKENIZERS_VERSION)"
  if [ ! -f "$CACHE/$part/$TOKENIZERS_FILE" ]; then
    need_disk 700
    tokenizers_module_dir
    mkdir "$WORK/tokenizers"
    tokenizers_from_official || tokenizers_from_crates
    check_binding_version
    install_part "$WORK/tokenizers" "$part"
  fi
  link_part "$part/$TOKENIZERS_FILE" "lib/$TOKENIZERS_FILE"
  say "library: $part"
}

# tokenizers_module_dir sets TOKENIZERS_DIR to the binding's source, which go checks against go.sum.
tokenizers_module_dir() {
  quietly go mod download "$TOKENIZERS_MODULE" || fail "go could not download the module $TOKENIZERS_MODULE; check the network and run set-up again"
  TOKENIZERS_DIR=$(go list -m -f '{{.Dir}}' "$TOKENIZERS_MODULE" 2>>"$LOG" 9>&-)
}

tokenizers_from_official() {
  local name=linux-amd64 hash=$TOKENIZERS_SHA256_AMD64
  case "$(uname -sm)" in
    "Linux x86_64") ;;
    "Linux aarch64") name=linux-arm64 hash=$TOKENIZERS_SHA256_ARM64 ;;
    *) return 1 ;;
  esac
  if ! reachable "$TOKENIZERS_OFFICIAL"; then
    say "its releases on GitHub are not reachable from here"
    return 1
  fi
  say "downloading the library of $TOKENIZERS_MODULE $TOKENIZERS_VERSION, $TOKENIZERS_OFFICIAL_MB MB, from its GitHub releases"
  fetch_address "$TOKENIZERS_OFFICIAL/libtokenizers.$name.tar.gz" "$hash" "$WORK/tokenizers.tar.gz" || return 1
  tar -xzf "$WORK/tokenizers.tar.gz" -C "$WORK/tokenizers" "$TOKENIZERS_FILE"
}

# tokenizers_from_crates builds the Rust source in the Go module. Compiled crates stay for the next set-up if this one fails.
tokenizers_from_crates() {
  command -v cargo >/dev/null || fail "the ready-made tokenizer library cannot be reached and cargo, which could build it, is not installed; install Rust (https://rustup.rs) or try another network"
  local build=$CACHE/partial/tokenizers-$TOKENIZERS_VERSION source
  say "building it from the Go module's Rust source: cargo downloads about 20 MB of crates from the Rust package registry, then compiles for 1 to 3 minutes"
  mkdir -p "$build"
  cp setup/steps/tokenizers/Cargo.toml "$build/Cargo.toml"
  cp -f "$TOKENIZERS_DIR/crates/tokenizers/src/lib.rs" "$build/lib.rs"
  source=$(grep -m 1 '^source = "registry' "$TOKENIZERS_DIR/Cargo.lock")
  awk -v source="$source" '/^checksum = / {print source} {print}' setup/steps/tokenizers/crates.lock >"$build/Cargo.lock"
  quietly env CARGO_TARGET_DIR="$build/target" cargo build --manifest-path "$build/Cargo.toml" --release --locked ||
    fail "cargo could not build the tokenizer library; the last lines of the log say why"
  cp "$build/target/release/libtokenizers_ffi.a" "$WORK/tokenizers/$TOKENIZERS_FILE"
  if command -v strip >/dev/null; then quietly strip --strip-debug "$WORK/tokenizers/$TOKENIZERS_FILE"; fi
  rm -rf "$build"
}

# check_binding_version looks in the library for the symbol with the version that the binding needs.
check_binding_version() {
  local symbol
  symbol=$(grep -o -m 1 'tokenizers_version_[0-9_]*' "$TOKENIZERS_DIR/tokenizer.go")
  grep -aq "$symbol" "$WORK/tokenizers/$TOKENIZERS_FILE" ||
    fail "the tokenizer library lacks $symbol, which the Go binding $TOKENIZERS_VERSION needs: it has another version"
}
