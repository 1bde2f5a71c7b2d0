# shellcheck shell=bash disable=SC2016,SC2154
# Part of setup/test/run.sh: the choice of device with a stub nvidia-smi, and the CUDA plugin with stub libraries.

mkdir "$place/smi"
cat >"$place/smi/nvidia-smi" <<'STUB'
#!/bin/sh
[ -n "$SMI_FAILS" ] && { echo "$SMI_FAILS"; exit 6; }
case "$*" in
  *driver_version*) echo "$SMI_DRIVER, Tesla T4" ;;
  *compute_cap*) echo "$SMI_CAPABILITY" ;;
esac
STUB
chmod +x "$place/smi/nvidia-smi"

# chosen NAME SETTINGS PATTERN tests one machine; the pattern matches "DEVICE: sentence".
chosen() {
  local before='unset COLAB_RELEASE_TAG CUDA_VISIBLE_DEVICES; uname() { echo Linux x86_64; }; export SMI_FAILS= SMI_DRIVER=580.82.07 SMI_CAPABILITY=7.5'
  expect "device: $1" printed "$before; PATH=$place/smi:\$PATH; $2
    choose_device; echo \"\$DEVICE: \$DEVICE_SUMMARY\"" "$3"
}
without_smi='command() { return 1; }; has_nvidia_files() { return 1; }'
chosen "a T4 on Colab" 'COLAB_RELEASE_TAG=release' '^cuda12: Tesla T4, driver 580.82.07, compute capability 7.5: CUDA 12$'
chosen "a new driver elsewhere" : '^cuda13: .*: CUDA 13$'
chosen "a driver before CUDA 13" 'SMI_DRIVER=525.60.13' '^cuda12: .*driver 525.60.13'
chosen "a GPU before CUDA 13" 'SMI_CAPABILITY=7.0' '^cuda12: '
chosen "a driver that is too old" 'SMI_DRIVER=470.57.02' '^cpu: driver too old: the GPU Tesla T4 has NVIDIA driver 470.57.02 and 525 or newer is needed'
chosen "a GPU that is too old" 'SMI_CAPABILITY=3.7' '^cpu: the GPU Tesla T4 is too old: its compute capability is 3.7'
chosen "no GPU" "$without_smi" '^cpu: no GPU: the CPU is used$'
chosen "no GPU on Colab" "$without_smi; COLAB_RELEASE_TAG=release" '^cpu: no GPU: .*choose Runtime → Change runtime type → T4 GPU'
chosen "a GPU without its driver" "$without_smi; has_nvidia_files() { :; }" "^cpu: there is an NVIDIA GPU but not the driver's nvidia-smi"
chosen "no device is there" 'SMI_FAILS="No devices were found"' '^cpu: no visible device: nvidia-smi says "No devices were found"'
chosen "every device is hidden" 'export CUDA_VISIBLE_DEVICES=-1' '^cpu: no visible device: CUDA_VISIBLE_DEVICES is "-1"'
chosen "--cpu" 'WITH_GPU=no' '^cpu: the CPU, as --cpu asks$'
chosen "another kind of machine" 'uname() { echo Linux aarch64; }' '^cpu: .*this is Linux aarch64'

# A Python that has every library of CUDA 12, as Colab's has.
while read -r requirement _ _ folder oldest; do
  package=${requirement%%==*}
  mkdir -p "$place/python/nvidia/$folder/bin" "$place/python/${package//-/_}-$oldest.dist-info"
  printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' "$package" "$oldest" >"$place/python/${package//-/_}-$oldest.dist-info/METADATA"
done < <(grep '^nvidia' setup/cuda12.txt)
printf '#!/bin/sh\n' >"$place/python/nvidia/cuda_nvcc/bin/ptxas"
chmod +x "$place/python/nvidia/cuda_nvcc/bin/ptxas"
mkdir "$place/python/nvidia/cuda_nvcc/nvvm"
cuda_wheel=$(wheel jax_cuda12_pjrt 0.12.0.1 jax_plugins/xla_cuda12/xla_cuda_plugin.so)
cuda="export PYTHONPATH=$place/python; PIP=(python3 -m pip) DEVICE=cuda12 CUDA12_SHA256=$cuda_wheel; open_cache"

expect "CUDA: libraries that Python has are linked, not downloaded" printed "$cuda; install_cuda_plugin; readlink \$NVIDIA/cublas" "^$place/python/nvidia/cublas$"
expect "CUDA: the plugin and the assembler are in place" in_setup 'test -s "$NVIDIA/$CUDA_FILE"; test -x "$NVIDIA/bin/ptxas"; test -d "$NVIDIA/nvvm"'
expect "CUDA: a second time nothing happens" printed "$cuda; install_cuda_plugin" 'plugin: unchanged'
expect "CUDA: a folder that set-up did not create is not removed" in_setup \
  "$cuda; rm \$NVIDIA/set-up; touch \$NVIDIA/mine; install_cuda_plugin; test -e \$NVIDIA.before/mine; test -e \$NVIDIA/bin/ptxas"
rm -r "$place"/python/nvidia_cudnn_cu12-*
expect "CUDA: only what Python lacks is asked for" in_setup \
  "$cuda; mkdir \$WORK/n; python3 setup/steps/nvidia_libraries.py setup/cuda12.txt \$WORK/n \$WORK/list; grep -q '^nvidia-cudnn-cu12==.*--hash=sha256:' \$WORK/list; [ \$(wc -l <\$WORK/list) = 1 ]; [ \$(ls \$WORK/n | wc -l) = 9 ]"
expect "CUDA: a folder that several packages share is linked whole or not at all" in_setup \
  "$cuda; mkdir \$WORK/n; python3 setup/steps/nvidia_libraries.py setup/cuda13.txt \$WORK/n \$WORK/list; [ \$(wc -l <\$WORK/list) = 12 ]; [ -z \"\$(ls \$WORK/n)\" ]"
expect "CUDA: libraries that cannot be downloaded are one sentence" refused "$cuda; rm -f \$NVIDIA/set-up; install_cuda_plugin" "pip could not download NVIDIA's libraries"
expect "CUDA: no disk is one sentence" refused "$cuda; rm -f \$NVIDIA/set-up; df() { printf 'x\nx x x 20480\n'; }; install_cuda_plugin" 'has 20 MB free and this step needs 1000 MB'
expect "CUDA: a GPU that does not compute is one sentence" refused \
  'DEVICE=cuda12; go() { echo "selftest: open the backend: no kernel image" >&2; return 1; }; run_self_test' 'the GPU does not compute (open the backend: no kernel image); with --cpu'
