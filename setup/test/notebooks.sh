# shellcheck shell=bash disable=SC2016,SC2154
# Part of setup/test/run.sh: the kernel with a stub GoNB, and the script without its checkout.

mkdir "$place/tools"
cat >"$place/tools/gonb" <<'STUB'
#!/bin/sh
folder=$JUPYTER_DATA_DIR/kernels/gonb
mkdir -p "$folder" && cp "$0" "$folder/gonb"
printf '{"argv": ["%s/gonb"], "display_name": "Go (gonb)", "language": "go", "env": {}}' "$folder" >"$folder/kernel.json"
STUB
chmod +x "$place/tools/gonb"
gonb=github.com/janpfeifer/gonb
kernel="export JUPYTER_DATA_DIR=$place/jupyter CGO_LDFLAGS=-L/checkout/.deps/lib; go() { echo /go; }"
show="python3 -c 'import json; print(json.load(open(\"$place/jupyter/kernels/gonb/kernel.json\"))[\"env\"])'"

expect "kernel: both modules name one version of GoNB" in_setup check_gonb_version
expect "kernel: two versions are one sentence" refused \
  "mkdir -p $place/two/setup/gotools; echo '	$gonb v0.11.4' >$place/two/go.mod; echo ' $gonb v0.10.0 // indirect' >$place/two/setup/gotools/go.mod
   cd $place/two; check_gonb_version" 'go.mod asks for .*gonb v0.11.4 and setup/gotools/go.mod for v0.10.0'

expect "kernel: its environment finds Go, goimports and the library" printed "$kernel; PATH=/go/bin:\$PATH; register_kernel $place/tools; $show" \
  "'PATH': '$place/tools:/go/bin:.*'CGO_LDFLAGS': '-L/checkout/.deps/lib'.*'GOMLX_NO_AUTO_INSTALL': '1', 'GOFLAGS': '-ldflags=-w'"
expect "kernel: without a GPU no backend is named, and PATH has no duplicates" in_setup "! $show | grep -qe GOMLX_BACKEND -e ':/go/bin.*:/go/bin'"
expect "kernel: cells are built without debugging information, once said" printed "GOFLAGS=-p=1; GOFLAGS=\$(cell_flags); cell_flags" '^-p=1 -ldflags=-w$'
expect "kernel: a second time nothing happens" printed "$kernel; PATH=/go/bin:\$PATH; register_kernel $place/tools" 'kernel: unchanged'
expect "kernel: with a GPU the backend is XLA's for CUDA" printed "$kernel; DEVICE=cuda12; register_kernel $place/tools; $show" "'GOMLX_BACKEND': 'xla:cuda'"
expect "kernel: another checkout's is named and set up for this one" printed \
  "GONB_DIR=/cells GONB_DPO_CHECKOUT=/elsewhere WITH_NOTEBOOKS=no; unset COLAB_RELEASE_TAG; in_foreign_kernel; print_next" 'was set up for /elsewhere and .*Kernel → Restart'
expect "kernel: this checkout's stays" in_setup '! GONB_DIR=/cells GONB_DPO_CHECKOUT=$PWD in_foreign_kernel'
expect "kernel: a terminal has none" in_setup 'unset GONB_DIR; ! in_foreign_kernel'

first="rm -f \$DEPS/self-test; unset GONB_DIR COLAB_RELEASE_TAG KAGGLE_KERNEL_RUN_TYPE"
expect "first minute: how long it takes, and a page to look at" printed "$first; print_first" 'takes about 4 minutes'
expect "with the loss, its script and a picture" in_setup "for part in 'class=\"dpo-losscurve' '<script>' 'base64,iVBOR'; do grep -q \"\$part\" \$DEPS/meanwhile.html; done"
expect "first minute: in a cell the notebook itself is to be read" printed "$first; GONB_DIR=/cells; print_first" '^Meanwhile read on'
expect "and later set-ups say neither" in_setup "touch \$DEPS/self-test; [ -z \"\$(print_first)\" ]; rm \$DEPS/self-test"

mkdir "$place/alone"
cp colab_setup.sh "$place/alone"
expect "the script without a checkout or an address is one sentence" printed "! bash $place/alone/colab_setup.sh" 'the project has no public address yet'
expect "an address that cannot be cloned is one sentence" printed \
  "! GONB_DPO_REPOSITORY=$place/nowhere bash $place/alone/colab_setup.sh" "could not clone $place/nowhere"
mkdir -p "$place/public/setup"
touch "$place/public/setup/pins.sh"
printf 'echo "cloned, with $1"\n' >"$place/public/colab_setup.sh"
git -C "$place/public" init --quiet
git -C "$place/public" add .
git -C "$place/public" -c user.name=test -c user.email=test@example.com commit --quiet -m start
expect "with an address it clones the checkout and continues there" printed \
  "GONB_DPO_REPOSITORY=file://$place/public bash $place/alone/colab_setup.sh --cpu" '^cloned, with --cpu$'
expect "and the next time finds it there" printed "bash $place/alone/colab_setup.sh --cpu" '^cloned, with --cpu$'
expect "an unknown argument stops with one sentence" printed '! bash colab_setup.sh --gpu' 'unknown argument --gpu'

# The second cell of a notebook, with stand-ins for the checkout and for go: it takes the first of three places that has one.
cell=$(python3 -c 'import json; print([s for c in json.load(open("notebooks/01_dpo_walkthrough.ipynb"))["cells"] if (s := "".join(c["source"])).startswith("!*for")][0])')
cell=${cell%%%noautoget*}
found() { # NAME CHECKOUT SETTINGS
  expect "the second cell finds $1" printed "rm -rf $place/cell; mkdir -p $place/cell; cd $place/cell; go() { echo \"\$*\"; }; $3; ${cell#!\*}
    cat go.mod" "-replace example.com/gonb-dpo=$2 -require"
}
for checkout in mine mine/notebooks/gonb-dpo kernels; do
  mkdir -p "$place/$checkout/setup" "$place/$checkout/notebooks"
  touch "$place/$checkout/setup/pins.sh" "$place/$checkout/go.mod" "$place/$checkout/go.sum"
done
mkdir -p "$place/elsewhere/notebooks" "$place/content"
mv "$place/mine/notebooks/gonb-dpo" "$place/content/gonb-dpo"
found "the checkout around the notebook" "$place/mine" "GONB_DIR=$place/mine/notebooks GONB_DPO_CHECKOUT=$place/kernels"
found "the clone beside the notebook" "$place/content/gonb-dpo" "GONB_DIR=$place/content GONB_DPO_CHECKOUT=$place/kernels"
found "the checkout that set the kernel up" "$place/kernels" "GONB_DIR=$place/elsewhere/notebooks GONB_DPO_CHECKOUT=$place/kernels"
expect "the second cell fails without a checkout" in_setup "! (GONB_DIR=$place/elsewhere; unset GONB_DPO_CHECKOUT; set +e; ${cell#!\*}) || exit 1"
expect "all notebooks have the same second cell" bash -c "[ \$(grep -hc '!\*for checkout in' notebooks/*.ipynb | sort -u) = 1 ] && [ \$(grep -h '!\*for checkout in' notebooks/*.ipynb | sort -u | wc -l) = 1 ]"
