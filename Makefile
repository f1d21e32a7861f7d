# API keys for Amazon API Gateway. `make help` lists the targets; each sets up what it
# needs inside the checkout (.cache/, build/).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export SAM_CLI_TELEMETRY := 0

# python3.13 on PATH, or under a version manager that has not activated it here.
PYTHON := $(shell for python in python3.13 python3 \
	"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python3.13 \
	"$$HOME"/.local/share/uv/python/cpython-3.13*/bin/python3.13 \
	"$$HOME"/.local/share/mise/installs/python/3.13*/bin/python3.13 \
	"$$HOME"/.asdf/installs/python/3.13*/bin/python3.13 \
	/opt/homebrew/bin/python3.13 /usr/local/bin/python3.13; do \
	"$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 13))' \
		2>/dev/null && echo "$$python" && break; done)

MACHINE := $(patsubst aarch64,arm64,$(shell uname -m))
ARCH ?= $(MACHINE)
VENVS := .cache/venvs
DEV := $(VENVS)/dev
SAM := $(VENVS)/sam/bin/sam
SOURCES := $(shell find src -name '*.py' -o -name '*.txt' -o -name Makefile)
BROWSER := .cache/browser
BUILT := build/sam-$(ARCH)/template.yaml
# What `make bench` compares with, each in an environment of its own.
PEERS := bench-boto3 bench-powertools bench-secure-authorizer bench-b-cfn

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^##@ / {print "\n" substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Try it

.PHONY: demo
demo: venvs build ## Deploy to a local AWS emulator, issue keys, call the API with them (PARAMS=…)
	@$(DEV)/bin/python -m local.demo "$${PARAMS:-}"

.PHONY: up
up: venvs build ## Start the local stack and leave it running (PARAMS="Name=value …")
	@$(DEV)/bin/python -m local.up "$${PARAMS:-}"

.PHONY: down
down: venvs ## Stop the local stack
	@$(DEV)/bin/python -m local.down

.PHONY: event
event: venvs build ## Write an event with a live key for `make invoke` and `sam local`
	@$(DEV)/bin/python -m local.event

.PHONY: invoke
invoke: venvs build ## Run the built authorizer under the runtime emulator (EVENT=…)
	@$(DEV)/bin/python -m local.invoke "$${EVENT:-}"

.PHONY: sam-local
sam-local: venvs build ## Run the built package under `sam local`; needs a container engine (docs/local.md)
	@$(DEV)/bin/python -m local.sam_local

##@ Work on it

.PHONY: check
check: venvs docs ## Lint, spelling, types, template, documents site
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/codespell
	$(DEV)/bin/mypy
	$(SAM) validate --lint

.PHONY: test
test: venvs build $(VENVS)/docs/.ready $(BROWSER)/.ready ## Run the whole test suite, from unit to the deployed stack (PYTEST_ARGS=…)
	$(DEV)/bin/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

.PHONY: coverage
coverage: venvs ## Run the tests that need no stack; each branch of src/ must be taken
	$(DEV)/bin/python -m pytest --cov --cov-branch --cov-report=term-missing:skip-covered \
		--cov-fail-under=100 tests/unit tests/property tests/contract $(PYTEST_ARGS)

.PHONY: format
format: venvs ## Format the code and fix what the linter can
	$(DEV)/bin/ruff check --fix .
	$(DEV)/bin/ruff format .

.PHONY: docs
docs: $(VENVS)/docs/.ready ## Build the documents site, build/site/index.html; broken links fail
	@rm -rf build/site
	@$(VENVS)/docs/bin/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going \
		--conf-dir docs --doctree-dir build/doctrees . build/site
	@cp build/site/README.html build/site/index.html
	@echo build/site/index.html

.PHONY: schema
schema: venvs ## Regenerate the schema of the admin function's requests and answers (docs)
	@$(DEV)/bin/python -m local.admin_schema

.PHONY: screenshots
screenshots: venvs build $(BROWSER)/.ready ## Retake the pictures of the console (docs/console)
	@$(DEV)/bin/python -m local.screenshots

##@ Prove it

.PHONY: faults
faults: venvs ## Fail every AWS call of every admin action, and interleave actions (FAULTS_ARGS=…)
	@$(DEV)/bin/python -m tests.harness $(FAULTS_ARGS)

.PHONY: fuzz
fuzz: venvs ## Judge millions of random requests by policies and rules, and read answers twice
	$(DEV)/bin/python -m tests.triples deny 20000000 $$(seq 501 520)
	$(DEV)/bin/python -m tests.triples any-key 5000000 $$(seq 601 605)
	$(DEV)/bin/python -m tests.answers 2000000 $$(seq 701 710)

.PHONY: kills
kills: venvs build ## Kill `make verify-aws` at random moments on the emulator; nothing may be left (SEEDS=…)
	@$(DEV)/bin/python -m tests.kills $(or $(SEEDS),1 2 3)

.PHONY: batches
batches: venvs ## Issue and import thousands of rows: rate, memory, killed and run again (ROWS=…)
	@$(DEV)/bin/python -m benchmarks.batches $(or $(ROWS),10000)

.PHONY: bench
bench: venvs build $(PEERS:%=$(VENVS)/%/.ready) ## Measure the authorizer against a no-op and peers (BENCH_ARGS=…)
	@$(DEV)/bin/python -m benchmarks $(BENCH_ARGS)

.PHONY: verify-aws
verify-aws: venvs build ## Put the open questions to your AWS account; states the cost first (CLEAN=suffix, YES=1)
	@$(DEV)/bin/python -m verify_aws $(if $(CLEAN),--clean "$$CLEAN") $(if $(YES),--yes)

##@ Set it up

.PHONY: venvs
venvs: $(foreach name,dev sam ministack runtime,$(VENVS)/$(name)/.ready) ## Set up the environments, in .cache/venvs

# The command line's script is installed from it.
$(VENVS)/dev/.ready: pyproject.toml

# One environment per tool: the SAM CLI and MiniStack pin different releases of botocore.
$(VENVS)/%/.ready: requirements/%.txt
	@[ -n "$(PYTHON)" ] || { echo "Python 3.13 with venv was not found: on PATH as" \
		"python3.13, or under pyenv, uv, mise or asdf. Install it, e.g." \
		"'pyenv install 3.13' or 'uv python install 3.13'." >&2; exit 2; }
	@echo "Setting up $* ($$("$(PYTHON)" --version)); this takes a minute the first time …" >&2
	@rm -rf $(@D)
	@"$(PYTHON)" -m venv $(@D)
	@$(@D)/bin/pip install --quiet --require-hashes --no-deps --only-binary :all: -r $< >&2
	@if [ $* = dev ]; then \
		$(@D)/bin/pip install --quiet --no-deps --no-build-isolation --editable . >&2; fi
	@touch $@

.PHONY: build
build: $(BUILT) ## Build both packages (ARCH=x86_64 or arm64) into build/sam-$ARCH

$(BUILT): template.yaml $(SOURCES) $(VENVS)/sam/.ready $(VENVS)/dev/.ready
	@echo "Building the packages for $(ARCH) …" >&2
	@mkdir -p build
	@PATH="$(CURDIR)/$(DEV)/bin:$$PATH" ARCH=$(ARCH) $(SAM) build \
		--parameter-overrides Architecture=$(ARCH) --no-cached \
		--build-dir build/sam-$(ARCH) >build/sam-$(ARCH).log 2>&1 \
		|| { cat build/sam-$(ARCH).log >&2; exit 1; }
	@touch $@

.PHONY: browser
browser: $(VENVS)/dev/.ready ## Set up the browser of the console's tests, or say why there is none
	@$(DEV)/bin/python -m local.browser

# For the console's tests; without one they are skipped, and say so.
$(BROWSER)/.ready: requirements/browser/package-lock.json $(VENVS)/dev/.ready
	@echo "Setting up the browser …" >&2
	@$(DEV)/bin/python -m local.browser
	@mkdir -p $(BROWSER)
	@touch $@

.PHONY: lock
lock: $(VENVS)/lock/.ready ## Pin every dependency again, with hashes (LOCK_ARGS=--upgrade for newer ones)
	@for name in requirements/dev src/authorizer/requirements src/authorizer/build \
		src/admin/requirements src/last_use/requirements \
		requirements/runtime requirements/sam requirements/ministack requirements/docs \
		$(PEERS:%=requirements/%) requirements/lock; do \
		case $$name in src/* | */runtime | */bench-*) pins="--constraint requirements/dev.txt" ;; *) pins= ;; esac; \
		case $$name in */bench-*) pins="$$pins --constraint requirements/runtime.txt" ;; esac; \
		[ ! -e $$name.overrides ] || pins="$$pins --override $$name.overrides"; \
		echo "Locking $$name.txt"; \
		$(VENVS)/lock/bin/uv pip compile --quiet --universal --python-version 3.13 \
			--generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
			--no-annotate $$pins $(LOCK_ARGS) $$name.in --output-file $$name.txt; \
	done

.PHONY: clean
clean: ## Remove what was built; the environments stay
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis
