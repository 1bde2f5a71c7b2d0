# shellcheck shell=bash
# Step of Kaggle, which has no choice of kernel: the command dpo, which cells of a Python notebook can run.

install_command() {
  mkdir -p bin
  quietly go build -o bin/dpo ./cmd/dpo || fail "go build ./cmd/dpo fails; the last lines of the log say where"
  say "command: $PWD/bin/dpo"
}
