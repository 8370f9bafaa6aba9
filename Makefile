# `make scan` and `make test` are all a newcomer needs; `make check` is exactly what CI runs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TARGET ?= fixtures/projects/triage-model
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help scan test test-slow check format lint types imports dependencies lock picture clean

help: ## show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# The stamp is newer than pyproject.toml exactly when everything it names is installed.
$(VENV)/.installed: pyproject.toml requirements.lock
	@echo "setting up $(VENV) …" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	@touch $@

# A blocked release is this command's work done, so only exit codes above 1 are an error of the run.
scan: $(VENV)/.installed ## scan TARGET (default: the example release), e.g. make scan TARGET=../my-release
	@$(BIN)/releasegate scan $(TARGET) $(ARGS) || [ $$? -eq 1 ]

test: $(VENV)/.installed-dev ## run the tests
	$(BIN)/python -m pytest $(ARGS)

test-slow: $(VENV)/.installed-dev ## run the slow tests too
	$(BIN)/python -m pytest -m "slow or not slow" $(ARGS)

check: format lint types imports dependencies test ## everything that CI checks

format: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

imports: $(VENV)/.installed-dev
	$(BIN)/lint-imports

dependencies: $(VENV)/.installed-dev
	$(BIN)/deptry .

lock: $(VENV)/.installed-dev ## bring the lock files up to date with pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
		pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
		--group dev --constraints requirements.lock --output-file requirements-dev.lock

picture: $(VENV)/.installed-dev ## draw the README's picture from a real scan
	$(BIN)/python tests/picture.py

clean: ## remove what the targets above made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
