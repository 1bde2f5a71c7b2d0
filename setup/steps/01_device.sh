# shellcheck shell=bash
# Step: which device XLA runs on. In doubt it is the CPU, with a sentence that says why and how to change it.

# The folders of the driver's libraries where they need not be on the loader's path.
WSL_LIBRARIES=/usr/lib/wsl/lib
COLAB_LIBRARIES=/usr/lib64-nvidia

# choose_device sets DEVICE to cuda12, cuda13 or cpu, and DEVICE_SUMMARY to one sentence.
choose_device() {
  local visible=${CUDA_VISIBLE_DEVICES-all} smi gpu driver capability name
  DEVICE=cpu
  if [ "$WITH_GPU" = no ]; then DEVICE_SUMMARY="the CPU, as --cpu asks"; return; fi
  find_nvidia_smi
  if [ -z "$NVIDIA_SMI" ]; then without_nvidia_smi; return; fi
  smi=("$NVIDIA_SMI")
  case "$visible" in
    "" | -*) DEVICE_SUMMARY="no visible device: CUDA_VISIBLE_DEVICES is \"$visible\", which hides every GPU, so the CPU is used; unset it and run set-up again"; return ;;
    all) ;;
    *) smi+=(--id="${visible%%,*}") ;;
  esac
  if ! gpu=$("${smi[@]}" --query-gpu=driver_version,name --format=csv,noheader 2>&1) || [[ $gpu != *,* ]]; then
    DEVICE_SUMMARY="no visible device: nvidia-smi says \"$(head -n 1 <<<"$gpu")\", so the CPU is used$(gpu_hint)"
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
  capability=$("${smi[@]}" --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1)
  if ! newer_or_same "$capability" "$CUDA12_CAPABILITY"; then
    DEVICE_SUMMARY="the GPU $name is too old: its compute capability is $capability and $CUDA12_CAPABILITY or newer is needed, so the CPU is used"
    return
  fi
  choose_cuda "$driver" "$capability"
  DEVICE_SUMMARY="$name, driver $driver, compute capability $capability: CUDA ${DEVICE#cuda}"
}

# choose_cuda DRIVER CAPABILITY prefers the CUDA of which Python has more libraries, such as Colab's or those that came with
# PyTorch or JAX: they take gigabytes. Otherwise it is the newer one that the driver and the GPU allow.
choose_cuda() {
  DEVICE=cuda12
  if ! newer_or_same "$1" "$CUDA13_DRIVER" || ! newer_or_same "$2" "$CUDA13_CAPABILITY"; then return; fi
  if [ "$(libraries_there cuda13)" -ge "$(libraries_there cuda12)" ]; then DEVICE=cuda13; fi
}

# libraries_there CUDA prints how many of the packages of NVIDIA's libraries this machine's Python has.
libraries_there() { quietly_print python3 setup/steps/nvidia_libraries.py "setup/$1.txt" || echo 0; }

# find_nvidia_smi sets NVIDIA_SMI to the driver's program, or "": in WSL it need not be in PATH.
find_nvidia_smi() {
  local path
  NVIDIA_SMI=
  for path in nvidia-smi "$WSL_LIBRARIES/nvidia-smi"; do
    if command -v "$path" >/dev/null; then NVIDIA_SMI=$path; return; fi
  done
}

# driver_libraries prints LD_LIBRARY_PATH for a GPU: the path as it is, and the folders of WSL's and Colab's drivers.
driver_libraries() {
  local folder path=${LD_LIBRARY_PATH:-}
  for folder in "$WSL_LIBRARIES" "$COLAB_LIBRARIES"; do
    case ":$path:" in *":$folder:"*) continue ;; esac
    if [ -e "$folder/libcuda.so.1" ]; then path=${path:+$path:}$folder; fi
  done
  printf '%s' "$path"
}

without_nvidia_smi() {
  if has_nvidia_files; then
    DEVICE_SUMMARY="there is an NVIDIA GPU but not the driver's nvidia-smi, so the CPU is used; install the driver, $CUDA12_DRIVER or newer, and run set-up again"
  else
    DEVICE_SUMMARY="no GPU: the CPU is used$(gpu_hint)"
  fi
}

has_nvidia_files() { compgen -G '/dev/nvidia[0-9]*' >/dev/null; }

# on_colab and on_kaggle tell the two apart: Kaggle's machines set Colab's variable too.
on_colab() { [ -n "${COLAB_RELEASE_TAG:-}" ] && ! on_kaggle; }
on_kaggle() { [ -n "${KAGGLE_KERNEL_RUN_TYPE:-}" ]; }

gpu_hint() {
  if on_colab; then printf '%s' "; for a GPU choose Runtime → Change runtime type → T4 GPU and run set-up again"; fi
  if on_kaggle; then printf '%s' "; for a GPU choose Settings → Accelerator → GPU T4 x2 and run set-up again"; fi
}

show_device() {
  say "$DEVICE_SUMMARY"
  [ "$DEVICE" != cpu ] || return 0
  export GOMLX_BACKEND=xla:cuda LD_LIBRARY_PATH
  LD_LIBRARY_PATH=$(driver_libraries)
}
