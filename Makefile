# Everything starts from a clean clone: each target sets up what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
TORCH := .venv-torch
TORCH_READY := $(TORCH)/ready
RBE := .venv-rbe
IMAGES := .venv-images
export PYTHONPATH :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast test-torch test-rbe test-images test-spyre lint check render golden bench lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make the virtual environment, from hash-locked requirements

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Python 3.10 or newer is needed; name one with make PYTHON=python3.11"; exit 2; }
	@echo "Setting up $(VENV) (one to two minutes, once)"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "venv is missing; on Debian: apt-get install python3-venv"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## run the A/B pipeline on a real project, to its verdict (SLOW=smoke slows one arm on purpose)
	@$(BIN)/shuntyard demo $(addprefix --slow ,$(SLOW))

test: $(READY) lint check ## everything that needs no heavy extras
	@requirements/system
	$(BIN)/pytest -m "not torch and not rbe and not images and not spyre" -n 2 --dist worksteal

test-fast: $(READY) ## the tests without act, package installs and other slow things
	$(BIN)/pytest -m "not slow and not torch and not rbe and not images and not spyre" -n 2 --dist worksteal -q

test-torch: $(READY) $(TORCH_READY) ## the example repository's suites on CPU PyTorch
	SHUNTYARD_TORCH_PYTHON=$(abspath $(TORCH)/bin/python) $(BIN)/pytest -m torch

$(TORCH_READY): examples/torch-suites/requirements.txt
	@echo "Setting up $(TORCH) with CPU PyTorch (a few minutes, once)"
	@$(PYTHON) -m venv --clear $(TORCH)
	@$(TORCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

test-rbe: $(READY) $(RBE)/ready ## a real Bazel against a real remote executor, on loopback
	@requirements/system rbe
	SHUNTYARD_RBE_PYTHON=$(abspath $(RBE)/bin/python) $(BIN)/pytest -m rbe

test-images: $(READY) $(IMAGES)/ready ## real wheels, images, registry and package index, on loopback (as root)
	@requirements/system images
	SHUNTYARD_IMAGES_PYTHON=$(abspath $(IMAGES)/bin/python) $(BIN)/pytest -m images

test-spyre: $(READY) $(TORCH_READY) $(IMAGES)/ready ## the example accelerator's package, on CPU PyTorch
	@requirements/system images
	SHUNTYARD_TORCH_PYTHON=$(abspath $(TORCH)/bin/python) SHUNTYARD_IMAGES_PYTHON=$(abspath $(IMAGES)/bin/python) \
	  $(BIN)/pytest -m spyre

$(RBE)/ready: requirements/rbe.txt
	@$(PYTHON) -m venv --clear $(RBE)
	@$(RBE)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(IMAGES)/ready: requirements/images-test.txt
	@$(PYTHON) -m venv --clear $(IMAGES)
	@$(IMAGES)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

lint: $(READY) ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: $(READY) ## every rule of shuntyard, actionlint, zizmor, the schemas
	$(BIN)/shuntyard check

render: $(READY) ## write every file that the matrices make
	$(BIN)/shuntyard render

golden: $(READY) ## update the golden files of the tests
	SHUNTYARD_UPDATE_GOLDEN=1 $(BIN)/pytest -q -m "not slow and not torch" tests/generator

bench: $(READY) ## print the figures of the design's budgets
	$(BIN)/pytest tests/benchmarks --benchmark-enable --benchmark-columns=min,median,stddev,rounds -p no:xdist

lock: $(READY) ## renew the hash-locked requirements
	requirements/lock --upgrade

clean: ## remove the virtual environments and what rehearsals left
	rm -rf $(VENV) $(TORCH) $(RBE) $(IMAGES) .shuntyard .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
