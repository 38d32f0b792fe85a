# Everything runs in a .venv inside this folder, which is made on first use and whenever the dependencies change.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
DOCUMENTS := tests/documents
NODE_TOOLS := $(DOCUMENTS)/node_modules/.package-lock.json

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' Makefile

$(INSTALLED): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[dev]' --constraint constraints.txt
	touch $@

$(NODE_TOOLS): $(DOCUMENTS)/package.json $(DOCUMENTS)/package-lock.json
	npm ci --prefix $(DOCUMENTS) --no-audit --no-fund
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

.PHONY: faults
faults: $(INSTALLED) ## Break Perch for real, for minutes, and show the figures
	LONG=1 $(BIN)/pytest tests/faults -m "" -n 0

.PHONY: soak
soak: $(INSTALLED) ## Mixed load for five minutes, or for SOAK_SECONDS, and a look at memory and every timeline
	SOAK_SECONDS=$${SOAK_SECONDS:-300} $(BIN)/pytest tests/faults/test_soak.py -n 0 --timeout 0

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
bench: $(INSTALLED) ## Measure everything against yardsticks, for minutes, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

.PHONY: guard
guard: $(INSTALLED) ## Fail when a hot path became several times slower or larger, in under a minute
	$(BIN)/python -m benchmarks.guard

.PHONY: openapi
openapi: $(INSTALLED) ## Write docs/openapi.json anew
	$(BIN)/python -m app openapi > docs/openapi.json

.PHONY: lint-openapi
lint-openapi: $(NODE_TOOLS) ## Check docs/openapi.json by Redocly's rules (needs Node.js 20)
	cd $(DOCUMENTS) && REDOCLY_SUPPRESS_UPDATE_NOTICE=true node_modules/.bin/redocly lint --config redocly.yaml ../../docs/openapi.json

.PHONY: postman
postman: $(INSTALLED) $(NODE_TOOLS) ## Run docs/perch.postman_collection.json against a service of its own (needs Node.js 20)
	$(BIN)/python -m tests.documents.postman

.PHONY: node-tools
node-tools: $(NODE_TOOLS) ## Install what lint-openapi, postman and tests of the live page need
