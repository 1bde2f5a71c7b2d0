# shellcheck shell=bash disable=SC2016,SC2154
# Part of setup/test/run.sh: Colab, Kaggle, WSL and macOS, with stand-ins for what they have.

colab='COLAB_RELEASE_TAG=release; unset KAGGLE_KERNEL_RUN_TYPE GONB_DIR; WITH_NOTEBOOKS=no'
kaggle='COLAB_RELEASE_TAG=release KAGGLE_KERNEL_RUN_TYPE=Interactive WITH_NOTEBOOKS=no; unset GONB_DIR'
expect "Colab: is not Kaggle" in_setup "$colab; on_colab; ! on_kaggle || exit 1"
expect "Kaggle: is not Colab, whose variable it sets too" in_setup "$kaggle; on_kaggle; ! on_colab || exit 1"
expect "Colab: the steps to the Go kernel, in their order" in_setup "$colab; [ \"\$(print_next | grep -o 'Restart session\|Change runtime type → Go (gonb)\|Run all')\" = 'Restart session
Change runtime type → Go (gonb)
Restart session
Run all' ]"
expect "Kaggle: no kernel is offered, the command is" printed "$kaggle; DEVICE=cuda12; print_next" "^  !GOMLX_BACKEND=xla:cuda $root/bin/dpo train --data builtin --out /kaggle/working/run --resume$"
expect "Kaggle: without a GPU no backend is named" printed "$kaggle; print_next" "^  !$root/bin/dpo train "
expect "Kaggle: the command is built" printed "$kaggle; cd $place; go() { [ \"\$*\" = 'build -o bin/dpo ./cmd/dpo' ]; }; install_command" "command: $place/bin/dpo"

mkdir -p "$place/wsl" "$place/colab"
cp "$place/smi/nvidia-smi" "$place/wsl/"
touch "$place/wsl/libcuda.so.1" "$place/colab/libcuda.so.1"
wsl="WSL_LIBRARIES=$place/wsl COLAB_LIBRARIES=/none"
expect "WSL: nvidia-smi is found outside PATH" printed \
  "$wsl; unset CUDA_VISIBLE_DEVICES COLAB_RELEASE_TAG; uname() { echo Linux x86_64; }; libraries_there() { echo 0; }
   export SMI_FAILS= SMI_DRIVER=580.82.07 SMI_CAPABILITY=8.9 SMI_NAME=L4; PATH=/usr/bin:/bin; choose_device; echo \$DEVICE" '^cuda13$'
expect "WSL: the driver's libraries are on the path, once" printed \
  "$wsl; unset LD_LIBRARY_PATH; LD_LIBRARY_PATH=\$(driver_libraries); echo \"path: \$(driver_libraries)\"" "^path: $place/wsl$"
expect "Colab: the driver's libraries follow the path that is set" printed \
  "WSL_LIBRARIES=/none COLAB_LIBRARIES=$place/colab LD_LIBRARY_PATH=/mine; echo \"path: \$(driver_libraries)\"" "^path: /mine:$place/colab$"
expect "elsewhere the path stays as it is" printed "WSL_LIBRARIES=/none COLAB_LIBRARIES=/none LD_LIBRARY_PATH=/mine; echo \"path: \$(driver_libraries)\"" "^path: /mine$"
expect "the self-test gets the driver's libraries" printed "$wsl; DEVICE=cuda12 DEVICE_SUMMARY=L4; unset LD_LIBRARY_PATH; show_device; printenv LD_LIBRARY_PATH" "^$place/wsl$"

mac='uname() { if [ "$1" = -s ]; then echo Darwin; else echo Darwin arm64; fi; }; WITH_GPU=yes; NVIDIA_SMI=; find_nvidia_smi() { :; }'
expect "macOS: the CPU is used" printed "$mac; unset COLAB_RELEASE_TAG; choose_device; echo \"\$DEVICE: \$DEVICE_SUMMARY\"" '^cpu: no GPU: the CPU is used$'
expect "macOS: XLA's plugin is go-xla's" printed \
  "$mac; reachable() { :; }; quietly() { mkdir \"\$WORK/xla\"; echo official >\"\$WORK/xla/\$XLA_FILE\"; }
   rm -rf \"\$CACHE/xla\"; open_cache; install_xla_plugin; cat \"\$DEPS/xla/\$XLA_FILE\"" '^official$'
expect "macOS: a plugin that does not compute is left out, and pure Go passes the self-test" printed \
  "$mac; go() { if [ -e \"\$DEPS/xla/\$XLA_FILE\" ]; then echo 'selftest: open the backend: no image' >&2; return 1; fi; echo 'pure Go is correct'; }
   run_self_test; test ! -e \"\$DEPS/xla/\$XLA_FILE\"" 'pure Go is correct'
expect "and says why" grep -q 'without XLA, as its plugin does not compute on this Mac (open the backend: no image): pure Go computes' "$place/out"
expect "macOS: no plugin at all is no end" printed \
  "$mac; reachable() { return 1; }; rm -rf \"\$CACHE/xla\"; open_cache; install_xla_plugin; test ! -e \"\$DEPS/xla/\$XLA_FILE\"" "pure Go computes, several times slower"
expect "macOS: pure Go that does not compute is one sentence" refused \
  "$mac; rm -f \$DEPS/self-test; go() { echo 'selftest: wrong product' >&2; return 1; }; run_self_test" "the machine's own multiplication of matrices fails (wrong product)"

# bash 3.2, which macOS has, lacks these. A time is then in whole seconds.
expect "the time needs no EPOCHREALTIME" printed 'unset EPOCHREALTIME; now' '^[0-9]*000000$'
newer='mapfile|readarray|declare -A|local -[An]|\$\{[A-Za-z_]+(,|\^|@[A-Z])|\|&|&>>|\bcoproc\b|printf -v|wait -n|\[ -v |\$EPOCH|\$\{EPOCH[A-Z]*[^:A-Z]'
printf 'lower=${name,,}\n' >"$place/newer.sh"
expect "the search for what bash 3.2 lacks finds it" grep -qE "$newer" "$place/newer.sh"
expect "set-up uses nothing that bash 3.2 lacks" bash -c "! grep -nE '$newer' colab_setup.sh setup/pins.sh setup/lib/*.sh setup/steps/*.sh >$place/out"
