# GoNB DPO: each target is one command. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build run gpu-report test cover fuzz interop interop-llamacpp bench notebooks lab lint move clean t4 t4-check models site

export CGO_LDFLAGS := -L$(CURDIR)/.deps/lib
export GOMLX_NO_AUTO_INSTALL := 1
export PATH := $(PATH):$(CURDIR)/.deps/go/bin

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
OUT := dpo_finetuned_smollm2
MERGED := smollm2_dpo_merged

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: ## download and build what is not in the checkout (a second when repeated)
	@bash colab_setup.sh

build: setup ## bin/dpo
	@mkdir -p bin
	go build -o bin/dpo ./cmd/dpo

run: build ## train SmolLM2-135M-Instruct on the built-in pairs and merge the result
	bin/dpo train --data builtin --out $(OUT) --merged $(MERGED) --resume
	bin/dpo compare --adapter $(OUT)

gpu-report: build ## examine an NVIDIA GPU and write a report to share (on a CPU: DEVICE=cpu)
	bin/dpo doctor --gpu $(if $(DEVICE),--device $(DEVICE))

lint: ## gofmt, go vet, staticcheck, words, known vulnerabilities in the code that is called
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs -r gofmt -l); \
	  [ -z "$$unformatted" ] || { printf 'not formatted (run gofmt -w): %s\n' $$unformatted; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go run ./dev/words
	go run ./dev/vulnerabilities

# The race detector runs on packages that don't link XLA: XLA is not built for it, and training under it takes hours.
test: ## set-up, lint, the links of the documentation, every Go test, and the notebooks in JupyterLab
	@bash colab_setup.sh --gguf --notebooks
	@bash setup/test/run.sh
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory site
	@bash dev/test_packages.sh
	@bash dev/test_addresses.sh
	@bash dev/python_env.sh notebook-tests
	@.deps/notebook-tests/bin/python -m pytest notebooks/tests

cover: setup ## coverage of dpocore by the tests that take less than a minute
	go test -short -timeout 30m -coverpkg=./dpocore/... -coverprofile=.deps/cover.out ./dpocore/...
	@go tool cover -func=.deps/cover.out | tail -n 1

fuzz: setup ## run each fuzz target for a while and print a table of the results (FUZZTIME=1h FUZZ=Read FUZZDIR=folder)
	@bash dev/fuzz.sh "$(or $(FUZZTIME),1m)" $(FUZZDIR)

interop: build ## load our files with PEFT and transformers and compare the results (in a Python environment for it)
	@bash dev/python_env.sh interop
	@bash dev/python_env.sh tensorboard
	.deps/interop/bin/python -m pytest interop

interop-llamacpp: build ## compile llama.cpp and compare what it does with our GGUF files (not in CI: the compilation takes too long)
	@bash dev/python_env.sh llamacpp
	.deps/llamacpp/bin/python -m pytest -q dev/llamacpp

bench: build ## speed of training against TRL, of generation against transformers, and of the parts, on a quiet machine (BENCH="--rounds 3 --steps 6")
	@bash dev/python_env.sh interop
	.deps/interop/bin/python bench/compare.py $(BENCH)
	.deps/interop/bin/python bench/generate.py
	go test ./dpocore/policy ./dpocore/batch -run '^$$' -bench . -benchtime 3x
	go test ./bench -run '^$$' -bench . -benchtime 1x -timeout 30m

notebooks: ## run every notebook without a browser; DPO_MAX_STEPS=4 for a quick test, SAVE=1 to save the outputs
	@bash colab_setup.sh --notebooks
	.deps/notebooks/bin/python notebooks/run_headless.py $(if $(SAVE),--save)

lab: ## JupyterLab with the GoNB kernel; LAB="…" passes options to jupyter lab
	@bash colab_setup.sh --notebooks
	.deps/notebooks/bin/jupyter lab --ServerApp.root_dir=$(CURDIR)/notebooks $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB)

site: ## build the documentation as one site, .deps/site/html: README, docs, saved notebooks, the packages' reference
	@bash colab_setup.sh --notebooks
	@bash dev/python_env.sh docs
	@bash dev/site/build.sh

t4: ## memory and time of training on a Tesla T4, computed (the tables in docs/t4.md)
	@go run ./dev/t4

models: ## which published models fit which machines, computed (docs/models.md)
	@go run ./dev/models

t4-check: setup ## compile every graph for a Tesla T4 without a GPU: memory, products, command buffers (T4="135M in float32")
	@bash dev/t4/run.sh $(if $(T4),"$(T4)")

move: ## change the module path: make move MODULE=github.com/owner/name
	@[ -n "$(MODULE)" ] || { echo 'make move: name the new path, for example MODULE=github.com/owner/name'; exit 2; }
	@old=$$(go list -m) && go mod edit -module "$(MODULE)" && \
	  git ls-files -z '*.go' '*.ipynb' | xargs -0 sed -i "s|$$old|$(MODULE)|g; s|OWNER/gonb-dpo|$(patsubst github.com/%,%,$(MODULE))|g" && \
	  gofmt -w $$(git ls-files '*.go')

clean: ## remove everything built here, but not the shared cache and the runs
	rm -rf bin .deps
