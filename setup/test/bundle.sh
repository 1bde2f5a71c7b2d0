# shellcheck shell=bash disable=SC2016,SC2154
# Part of setup/test/run.sh: the bundle for a machine with a GPU and no network, and its script there.

printf '#!/bin/sh\necho "dpo $*"; [ "$GOMLX_NO_AUTO_INSTALL" = 1 ]\n' >"$place/dpo"
chmod +x "$place/dpo"
mkdir -p "$place/checkout/setup" "$place/checkout/.deps/models/model" "$place/checkout/.deps/xla"
cp setup/gpu_bundle*.sh "$place/checkout/setup/"
head -c 300000 /dev/urandom >"$place/weights"
ln -s "$place/weights" "$place/checkout/.deps/models/model/model.safetensors"
ln -s "$place/weights" "$place/checkout/.deps/xla/pjrt_c_api_cpu_plugin.so"
bundle="env GPU_BUNDLE_PROGRAM=$place/dpo GPU_BUNDLE_PART=100000 bash $place/checkout/setup/gpu_bundle.sh $place/bundle"
expect "bundle: parts of at most the size, with sums" bash -c "$bundle && cd $place/bundle && sha256sum --quiet -c SHA256SUMS &&
  [ -z \"\$(find . -size +100000c)\" ] && [ \$(ls *.part-* | wc -l) -ge 6 ] && grep -q 'bash gpu-trial/run.sh' README.txt"
expect "bundle: a folder with files is not touched" bash -c "! $bundle 2>$place/out && grep -q 'is not empty' $place/out"
expect "bundle: the commands of its README.txt run, in an empty home" bash -c "mkdir $place/there && cd $place/there && mv $place/bundle/* . && mkdir home &&
  sha256sum --quiet -c SHA256SUMS && cat gpu-trial.tar.gz.part-* | tar -xz && cmp gpu-trial/.deps/models/model/model.safetensors $place/weights &&
  [ \"\$(HOME=$place/there/home bash gpu-trial/run.sh --device cpu)\" = 'dpo doctor --gpu --device cpu' ] && [ -z \"\$(ls home)\" ]"

# A Python with XLA's plugin for CUDA 13 and NVIDIA's libraries, as JAX has them.
packages=$place/jax/packages
mkdir -p "$packages/jax_plugins/xla_cuda13" "$packages/nvidia/cu13/bin" "$packages/nvidia/cu13/nvvm" "$packages/nvidia/cudnn" "$place/jax/gpu-trial/bin"
echo plugin >"$packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so"
touch "$packages/nvidia/cu13/bin/ptxas"
printf '#!/bin/sh\necho %s\n' "$packages" >"$place/jax/python3"
chmod +x "$place/jax/python3"
cp "$place/dpo" "$place/jax/gpu-trial/bin/dpo"
cp setup/gpu_bundle_run.sh "$place/jax/gpu-trial/run.sh"
trial="env HOME=$place/jax/home PATH=$place/jax:$PATH bash $place/jax/gpu-trial/run.sh"
libraries=$place/jax/home/.local/lib/go-xla/nvidia
expect "bundle: Python's plugin is copied and NVIDIA's libraries are linked" bash -c "$trial >$place/out 2>&1 && grep -qx 'dpo doctor --gpu' $place/out &&
  cmp $libraries/pjrt_c_api_cuda_plugin.so $packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so && test -d $libraries/cudnn/ && test -e $libraries/bin/ptxas && test -d $libraries/nvvm/"
expect "bundle: a plugin that is there stays" bash -c "echo mine >$libraries/pjrt_c_api_cuda_plugin.so; $trial >$place/out 2>&1 && grep -qx mine $libraries/pjrt_c_api_cuda_plugin.so"
expect "bundle: a Python without a plugin is one sentence" bash -c "rm -r $place/jax/home $packages/jax_plugins; ! $trial >$place/out 2>&1 &&
  grep -q 'has no XLA plugin for CUDA; it comes with the package jax-cuda13-pjrt' $place/out && [ \$(wc -l <$place/out) = 1 ]"
