# shellcheck shell=bash
# Step, with a GPU: XLA's CUDA plugin and NVIDIA's libraries, in the only folder where go-xla looks for them.

CUDA_FILE=pjrt_c_api_cuda_plugin.so
NVIDIA=${HOME:-}/.local/lib/go-xla/nvidia

install_cuda_plugin() {
  local list=setup/$DEVICE.txt hash=$CUDA12_SHA256 megabytes=$CUDA12_MB state
  if [ "$DEVICE" = cuda13 ]; then hash=$CUDA13_SHA256 megabytes=$CUDA13_MB; fi
  state="$DEVICE $hash $(sha256_of "$list")"
  if [ "$state" = "$(cat "$NVIDIA/set-up" 2>/dev/null)" ] && [ -z "$(find -L "$NVIDIA" -maxdepth 4 -type l)" ]; then
    say "plugin: unchanged, in $NVIDIA"
    return
  fi
  rm -rf "$NVIDIA.partial"
  mkdir -p "$NVIDIA.partial" 2>/dev/null || fail "cannot make a folder in $(dirname "$NVIDIA"), where go-xla looks for the CUDA plugin"
  need_disk 1000 "$NVIDIA.partial"
  need_disk 400
  choose_pip
  place_nvidia_libraries "$list"
  link_nvidia_tools
  say "downloading XLA's plugin for CUDA ${DEVICE#cuda}, jax-$DEVICE-pjrt $CUDA_VERSION, $megabytes MB, from the Python package registry"
  fetch_wheel "jax-$DEVICE-pjrt" "$CUDA_VERSION" "$hash"
  unpack_wheel "jax-$DEVICE-pjrt" "jax_plugins/xla_$DEVICE/xla_cuda_plugin.so" "$NVIDIA.partial/$CUDA_FILE"
  printf '%s\n' "$state" >"$NVIDIA.partial/set-up"
  replace_nvidia_folder
  say "plugin: $NVIDIA/$CUDA_FILE"
}

# place_nvidia_libraries LIST links the libraries that the machine's Python has, as on Colab, and downloads the others.
place_nvidia_libraries() {
  local missing=$WORK/nvidia.txt count folder
  python3 setup/steps/nvidia_libraries.py "$1" "$NVIDIA.partial" "$missing" >>"$LOG" 2>&1 || fail "cannot read which NVIDIA libraries Python has; the last lines of the log say why"
  count=$(wc -l <"$missing")
  say "NVIDIA's libraries: $(($(grep -c '^nvidia' "$1") - count)) are on this machine and are linked, $count are missing"
  [ "$count" -gt 0 ] || return 0
  need_disk $((700 * count))
  need_disk $((450 * count)) "$NVIDIA.partial"
  say "downloading $count packages from the Python package registry; all $(grep -c '^nvidia' "$1") would take 3600 MB of disk, and some minutes"
  quietly env TMPDIR="$WORK/pip-temporary" "${PIP[@]}" install --no-input --no-cache-dir --no-deps --only-binary=:all: --require-hashes \
    --progress-bar off --target "$NVIDIA.partial/downloaded" -r "$missing" ||
    fail "pip could not download NVIDIA's libraries; the last lines of the log say why (with --cpu set-up continues without the GPU)"
  # A folder that several packages share can have links to the machine's files already.
  for folder in "$NVIDIA.partial"/downloaded/nvidia/*/; do
    if [ -d "$NVIDIA.partial/$(basename "$folder")" ]; then
      cp -R --remove-destination "$folder" "$NVIDIA.partial/" || fail "cannot copy NVIDIA's libraries; is the disk full?"
    else
      mv "$folder" "$NVIDIA.partial/"
    fi
  done
  rm -rf "$NVIDIA.partial/downloaded"
}

# link_nvidia_tools puts the assembler and the device code where XLA looks for them, in bin and nvvm.
link_nvidia_tools() {
  local toolkit=cuda_nvcc
  if [ "$DEVICE" = cuda13 ]; then toolkit=cu13; fi
  [ -x "$NVIDIA.partial/$toolkit/bin/ptxas" ] || fail "NVIDIA's package of $toolkit has no bin/ptxas, which XLA needs to compile for a GPU"
  mkdir "$NVIDIA.partial/bin"
  ln -s "../$toolkit/bin/ptxas" "$NVIDIA.partial/bin/ptxas"
  ln -s "$toolkit/nvvm" "$NVIDIA.partial/nvvm"
}

# replace_nvidia_folder moves the new folder into place. A folder that set-up did not create is renamed, not removed.
replace_nvidia_folder() {
  local library
  if [ -d "$NVIDIA" ] && [ ! -f "$NVIDIA/set-up" ]; then
    rm -rf "$NVIDIA.before"
    mv "$NVIDIA" "$NVIDIA.before"
    say "the earlier plugin is now in $NVIDIA.before"
  fi
  rm -rf "$NVIDIA"
  mv "$NVIDIA.partial" "$NVIDIA"
  [ "$DEVICE" = cuda13 ] || return 0
  # NVIDIA's CUDA 13 libraries look for these two three folders up, as go-xla's installer does it.
  for library in libcublas.so.13 libcublasLt.so.13; do
    ln -sfn "go-xla/nvidia/cu13/lib/$library" "$(dirname "$(dirname "$NVIDIA")")/$library"
  done
}
