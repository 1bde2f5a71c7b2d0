# shellcheck shell=bash disable=SC2016,SC2154
# Part of setup/test/run.sh: the CUDA plugin with stub libraries.

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

# A Python with PyTorch for CUDA 13: its packages share one folder, and the compiler's are not among them.
torch=$place/torch
mkdir -p "$torch/nvidia/cu13/lib"
for package in cublas cuda_cupti cuda_nvrtc cuda_runtime cufft cusparse nvjitlink; do
  info=$torch/nvidia_$package-13.5.0.0.dist-info
  if [ "$package" = cusparse ]; then info=${info/13.5/12.9}; fi
  mkdir "$info"
  printf 'Metadata-Version: 2.1\nName: nvidia-%s\nVersion: %s\n' "${package//_/-}" "$(basename "${info%.dist-info}" | cut -d- -f2)" >"$info/METADATA"
  printf 'nvidia/cu13/lib/lib%s.so,,\nnvidia/__init__.py,,\n' "$package" >"$info/RECORD"
  printf 'from PyTorch\n' >"$torch/nvidia/cu13/lib/lib$package.so"
done
torch_libraries="export PYTHONPATH=$torch"
expect "CUDA 13: a Python with PyTorch has six of its libraries, an old one not counted" printed \
  "$torch_libraries; libraries_there cuda13; libraries_there cuda12" '^6$'
expect "CUDA 13: what Python has is linked file by file, the rest is asked for" in_setup \
  "$torch_libraries; open_cache; mkdir \$WORK/n; python3 setup/steps/nvidia_libraries.py setup/cuda13.txt \$WORK/n \$WORK/list
   [ \"\$(readlink \$WORK/n/cu13/lib/libcublas.so)\" = $torch/nvidia/cu13/lib/libcublas.so ]; [ \$(ls \$WORK/n/cu13/lib | wc -l) = 6 ]
   grep -q '^nvidia-cuda-nvcc==' \$WORK/list; grep -q '^nvidia-cufft==' \$WORK/list; [ \$(wc -l <\$WORK/list) = 6 ]"
expect "CUDA 13: what is downloaded joins the links, and Python's own files stay" in_setup \
  "$torch_libraries; DEVICE=cuda13; open_cache; mkdir -p \$NVIDIA.partial
   pip_install() { while [ \"\$1\" != --target ]; do shift; done; mkdir -p \$2/nvidia/cu13/lib \$2/nvidia/cu13/bin \$2/nvidia/cudnn
     echo new >\$2/nvidia/cu13/lib/libcublas.so; echo new >\$2/nvidia/cu13/bin/ptxas; }
   env() { pip_install \"\$@\"; }; PIP=(pip); place_nvidia_libraries setup/cuda13.txt
   [ \"\$(cat \$NVIDIA.partial/cu13/lib/libcublas.so)\" = new ]; [ \"\$(cat $torch/nvidia/cu13/lib/libcublas.so)\" = 'from PyTorch' ]
   [ -L \$NVIDIA.partial/cu13/lib/libcuda_runtime.so ]; [ -f \$NVIDIA.partial/cu13/bin/ptxas ]; [ -d \$NVIDIA.partial/cudnn ]; rm -r \$NVIDIA.partial"
