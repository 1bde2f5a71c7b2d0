# shellcheck shell=bash disable=SC2016,SC2154
# Part of setup/test/run.sh: the choice of device with a stub nvidia-smi.

mkdir "$place/smi"
cat >"$place/smi/nvidia-smi" <<'STUB'
#!/bin/sh
[ -n "$SMI_FAILS" ] && { echo "$SMI_FAILS"; exit 6; }
case "$*" in
  *driver_version*) echo "$SMI_DRIVER, $SMI_NAME" ;;
  *compute_cap*) echo "$SMI_CAPABILITY" ;;
esac
STUB
chmod +x "$place/smi/nvidia-smi"

# chosen NAME SETTINGS PATTERN tests one machine; the pattern matches "DEVICE: sentence".
chosen() {
  local before='unset COLAB_RELEASE_TAG KAGGLE_KERNEL_RUN_TYPE CUDA_VISIBLE_DEVICES; uname() { echo Linux x86_64; }; WSL_LIBRARIES=/none
    libraries_there() { echo 0; }; export SMI_FAILS= SMI_DRIVER=580.82.07 SMI_CAPABILITY=7.5 SMI_NAME="Tesla T4"'
  expect "device: $1" printed "$before; PATH=$place/smi:\$PATH; $2
    choose_device; echo \"\$DEVICE: \$DEVICE_SUMMARY\"" "$3"
}
without_smi='command() { return 1; }; has_nvidia_files() { return 1; }'
while read -r capability cuda name; do
  chosen "$name" "SMI_CAPABILITY=$capability SMI_NAME='$name'" "^$cuda: .*$name, driver 580.82.07, compute capability $capability"
done <<'GENERATIONS'
5.2 cuda12 GeForce GTX TITAN X
6.0 cuda12 Tesla P100-PCIE-16GB
7.0 cuda12 Tesla V100-SXM2-16GB
7.5 cuda13 Tesla T4
8.0 cuda13 NVIDIA A100-SXM4-40GB
8.6 cuda13 NVIDIA GeForce RTX 3090
8.9 cuda13 NVIDIA L4
9.0 cuda13 NVIDIA H100 80GB HBM3
10.0 cuda13 NVIDIA B200
12.0 cuda13 NVIDIA GeForce RTX 5090
GENERATIONS
python_has='libraries_there() { if [ "$1" = "$HAS" ]; then echo 9; else echo 0; fi; }'
chosen "a T4 on Colab" "COLAB_RELEASE_TAG=release HAS=cuda12; $python_has" '^cuda12: Tesla T4, driver 580.82.07, compute capability 7.5: CUDA 12$'
chosen "a new driver elsewhere" : '^cuda13: .*: CUDA 13$'
chosen "a Python with CUDA 13's libraries" "HAS=cuda13; $python_has" '^cuda13: '
chosen "a Python with CUDA 12's libraries" "HAS=cuda12; $python_has" '^cuda12: '
chosen "a Python with CUDA 13's libraries and a driver before it" "HAS=cuda13 SMI_DRIVER=525.60.13; $python_has" '^cuda12: '
chosen "a driver before CUDA 13" 'SMI_DRIVER=525.60.13' '^cuda12: .*driver 525.60.13'
chosen "a GPU before CUDA 13" 'SMI_CAPABILITY=7.0' '^cuda12: '
chosen "a driver that is too old" 'SMI_DRIVER=470.57.02' '^cpu: driver too old: the GPU Tesla T4 has NVIDIA driver 470.57.02 and 525 or newer is needed'
chosen "a GPU that is too old" 'SMI_CAPABILITY=3.7' '^cpu: the GPU Tesla T4 is too old: its compute capability is 3.7'
chosen "no GPU" "$without_smi" '^cpu: no GPU: the CPU is used$'
chosen "no GPU on Colab" "$without_smi; COLAB_RELEASE_TAG=release" '^cpu: no GPU: .*choose Runtime → Change runtime type → T4 GPU'
kaggle='COLAB_RELEASE_TAG=release KAGGLE_KERNEL_RUN_TYPE=Interactive'
chosen "no GPU on Kaggle" "$without_smi; $kaggle" '^cpu: no GPU: the CPU is used; for a GPU choose Settings → Accelerator → GPU T4 x2 and run set-up again$'
chosen "a GPU without its driver" "$without_smi; has_nvidia_files() { :; }" "^cpu: there is an NVIDIA GPU but not the driver's nvidia-smi"
chosen "no device is there" 'SMI_FAILS="No devices were found"' '^cpu: no visible device: nvidia-smi says "No devices were found"'
chosen "every device is hidden" 'export CUDA_VISIBLE_DEVICES=-1' '^cpu: no visible device: CUDA_VISIBLE_DEVICES is "-1"'
chosen "--cpu" 'WITH_GPU=no' '^cpu: the CPU, as --cpu asks$'
chosen "another kind of machine" 'uname() { echo Linux aarch64; }' '^cpu: .*this is Linux aarch64'
