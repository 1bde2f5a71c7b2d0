# shellcheck shell=bash
# Step: which device XLA runs on. In doubt it is the CPU, with a sentence that says why and how to change it.

# choose_device sets DEVICE to cuda12, cuda13 or cpu, and DEVICE_SUMMARY to one sentence.
choose_device() {
  local visible=${CUDA_VISIBLE_DEVICES-all} gpu driver capability name
  DEVICE=cpu
  if [ "$WITH_GPU" = no ]; then DEVICE_SUMMARY="the CPU, as --cpu asks"; return; fi
  if ! command -v nvidia-smi >/dev/null; then without_nvidia_smi; return; fi
  case "$visible" in
    "" | -*) DEVICE_SUMMARY="no visible device: CUDA_VISIBLE_DEVICES is \"$visible\", which hides every GPU, so the CPU is used; unset it and run set-up again"; return ;;
    all) visible=() ;;
    *) visible=(--id="${visible%%,*}") ;;
  esac
  if ! gpu=$(nvidia-smi "${visible[@]}" --query-gpu=driver_version,name --format=csv,noheader 2>&1) || [[ $gpu != *,* ]]; then
    DEVICE_SUMMARY="no visible device: nvidia-smi says \"$(head -n 1 <<<"$gpu")\", so the CPU is used$(colab_gpu_hint)"
    return
  fi
  driver=$(head -n 1 <<<"$gpu" | cut -d, -f1)
  name=$(head -n 1 <<<"$gpu" | cut -d, -f2-)
  name=${name# }
  if ! newer_or_same "$driver" "$CUDA12_DRIVER"; then
    DEVICE_SUMMARY="driver too old: the GPU $name has NVIDIA driver $driver and $CUDA12_DRIVER or newer is needed, so the CPU is used; update the driver and run set-up again"
    return
  fi
  if [ "$(uname -sm)" != "Linux x86_64" ]; then
    DEVICE_SUMMARY="XLA's CUDA plugin is for Linux on x86-64 and this is $(uname -sm), so the CPU is used"
    return
  fi
  capability=$(nvidia-smi "${visible[@]}" --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1)
  if ! newer_or_same "$capability" "$CUDA12_CAPABILITY"; then
    DEVICE_SUMMARY="the GPU $name is too old: its compute capability is $capability and $CUDA12_CAPABILITY or newer is needed, so the CPU is used"
    return
  fi
  choose_cuda "$driver" "$capability"
  DEVICE_SUMMARY="$name, driver $driver, compute capability $capability: CUDA ${DEVICE#cuda}"
}

# choose_cuda DRIVER CAPABILITY prefers CUDA 13, except on Colab, which comes with the libraries of CUDA 12.
choose_cuda() {
  DEVICE=cuda12
  if ! on_colab && newer_or_same "$1" "$CUDA13_DRIVER" && newer_or_same "$2" "$CUDA13_CAPABILITY"; then DEVICE=cuda13; fi
}

without_nvidia_smi() {
  if has_nvidia_files; then
    DEVICE_SUMMARY="there is an NVIDIA GPU but not the driver's nvidia-smi, so the CPU is used; install the driver, $CUDA12_DRIVER or newer, and run set-up again"
  else
    DEVICE_SUMMARY="no GPU: the CPU is used$(colab_gpu_hint)"
  fi
}

has_nvidia_files() { compgen -G '/dev/nvidia[0-9]*' >/dev/null; }

on_colab() { [ -n "${COLAB_RELEASE_TAG:-}" ]; }

colab_gpu_hint() {
  if on_colab; then printf '%s' "; for a GPU choose Runtime → Change runtime type → T4 GPU and run set-up again"; fi
}

show_device() {
  say "$DEVICE_SUMMARY"
  if [ "$DEVICE" != cpu ]; then export GOMLX_BACKEND=xla:cuda; fi
}
