# shellcheck shell=bash
# What the user sees: numbered steps with their times, and one sentence for a failure. Everything else goes to the log.

# now prints microseconds since 1970; whole seconds of them in bash before 5, such as macOS's 3.2.
now() {
  local time=${EPOCHREALTIME:-$(date +%s).000000}
  printf '%s\n' "${time//[!0-9]/}"
}

# seconds_since START prints the time since then, such as "3.4 s".
seconds_since() {
  local tenths=$((($(now) - $1) / 100000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

say() {
  printf '      %s\n' "$*"
  printf '      %s\n' "$*" >>"$LOG"
}

# step TITLE FUNCTION runs one numbered step.
step() {
  step_number=$((step_number + 1))
  step_title=$1
  local started
  started=$(now)
  printf '[%d/%d] %s\n' "$step_number" "$STEPS" "$1" | tee -a "$LOG"
  "$2"
  say "done in $(seconds_since "$started")"
}

# fail SENTENCE ends set-up. Finished parts stay installed, unfinished ones are removed.
fail() {
  printf '\nset-up stopped at step %s (%s): %s\n' "$step_number" "$step_title" "$*" | tee -a "$LOG" >&2
  printf 'The log is %s.\n' "$LOG" >&2
  exit 1
}

# quietly COMMAND... runs it with its output in the log. File 9 is the lock, which a child that outlives set-up must not inherit.
quietly() {
  printf '+ %s\n' "$*" >>"$LOG"
  "$@" >>"$LOG" 2>&1 9>&-
}

# quietly_print COMMAND... runs it with only its standard error in the log.
quietly_print() {
  printf '+ %s\n' "$*" >>"$LOG"
  "$@" 2>>"$LOG" 9>&-
}

# print_first says how long the first set-up takes, and what there is to look at meanwhile.
print_first() {
  [ ! -e "$DEPS/self-test" ] || return 0
  printf '%s\n' 'The first set-up takes about 4 minutes on two CPU cores, more with a slow connection or a GPU; later ones take seconds.'
  if [ -n "${GONB_DIR:-}" ] || on_colab || on_kaggle; then
    printf '%s\n' 'Meanwhile read on: the notebook was saved with its results, and part 5 has the curves of a run.'
  elif quietly python3 setup/steps/meanwhile.py notebooks/01_dpo_walkthrough.ipynb "$DEPS/meanwhile.html"; then
    printf 'Meanwhile open .deps/meanwhile.html in a browser: the loss with sliders, and the curves of a run.\n'
  fi
}

# print_next names the next thing to click or type.
print_next() {
  if on_colab; then
    print_colab_steps
  elif on_kaggle; then
    print_kaggle_steps
  elif in_foreign_kernel; then
    printf 'The notebook kernel was set up for %s and now belongs to this checkout. Next: Kernel → Restart Kernel and Run All Cells.\n' \
      "${GONB_DPO_CHECKOUT:-another checkout}"
  elif [ "$WITH_NOTEBOOKS" = yes ]; then
    printf 'Next: make lab, then open notebooks/01_dpo_walkthrough.ipynb and choose Run → Run All Cells.\n'
  fi
  if [ "$DEVICE" != cpu ] && ! on_kaggle; then
    printf 'Notebooks use the GPU already; for commands: export GOMLX_BACKEND=xla:cuda\n'
  fi
}

# print_colab_steps tells how a notebook that Colab opened with Python gets the Go kernel, in the steps of GoNB's own demo.
print_colab_steps() {
  printf '%s\n' 'Next, once per session:' \
    '  1. Runtime → Restart session' \
    '  2. Runtime → Change runtime type → Go (gonb); leave the hardware accelerator as it is, or set-up starts over' \
    '  3. Runtime → Restart session' \
    '  4. Runtime → Run all'
}

# print_kaggle_steps gives cells for Kaggle, which has no choice of kernel: its Python cells run the command.
print_kaggle_steps() {
  local program=$PWD/bin/dpo
  if [ "$DEVICE" != cpu ]; then program="GOMLX_BACKEND=xla:cuda $program"; fi
  printf '%s\n' "Kaggle's notebooks have no Go kernel. Next: run the command in cells of this notebook, such as" \
    "  !$program doctor" \
    "  !$program train --data builtin --out /kaggle/working/run --resume" \
    "  !$program compare --adapter /kaggle/working/run"
}
