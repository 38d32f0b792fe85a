# Everything runs in a .venv inside this folder, which is made on first use and whenever the dependencies change.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' Makefile

$(INSTALLED): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[dev]' --constraint constraints.txt
	touch $@

.PHONY: run
run: $(INSTALLED) ## Start the service on http://127.0.0.1:8080 (settings: docs/operations.md)
	exec $(BIN)/python -m app serve

.PHONY: test
test: $(INSTALLED) ## Run the tests, in under five minutes
	$(BIN)/pytest

.PHONY: test-all
test-all: $(INSTALLED) ## Run the tests with their long forms
	LONG=1 $(BIN)/pytest -m ""

.PHONY: check
check: $(INSTALLED) ## Check style, format, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(INSTALLED) ## Put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(INSTALLED) ## Measure the hot paths against yardsticks in the same run
	$(BIN)/python -m benchmarks
