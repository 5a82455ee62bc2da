# `make` alone tells what there is. Every target does its own set-up; a second run finds it done.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
# Hundreds of processes start in the tests: each would compile two thousand modules anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PACKAGES := facts acd ivr cti_bridge simulation agent_console reporting storage config
EXTRAS := postgresql prompts speech-en
INSTALLED := $(VENV)/.installed
WORK := .work
ARGS ?=

# Side by side on two cores. Browsers and daemons compute: more at once would be late. Calls mostly wait for
# each other.
FAST_WORKERS ?= 2
SERVER_WORKERS ?= 2
CALL_WORKERS ?= 4
FAST := not e2e and not server and not benchmark
SERVERS := server
CALLS := e2e and not server
PYTEST := $(BIN)/pytest -q --durations=5 --timeout=300 --timeout-method=thread

.PHONY: help
help: ## tell what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- set-up --------------------------------------------------------------------------------------

.PHONY: setup
setup: $(INSTALLED) console ## make .venv with the locked dependencies and the project itself, and build the console

$(BIN)/uv:
	tools/make-venv $(VENV)

$(INSTALLED): requirements.lock setup.cfg pyproject.toml $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(VENV) --require-hashes --build-constraint requirements.lock -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
	touch $@

# The console is built anew when a source of it has changed.
UI := agent_console/ui
UI_SOURCES := $(shell find $(UI) -name node_modules -prune -o -type f -print 2>/dev/null)
UI_INSTALLED := $(UI)/node_modules/.installed
CONSOLE := agent_console/static/index.html

.PHONY: console
console: $(CONSOLE) ## build the browser console into agent_console/static

$(UI_INSTALLED): $(UI)/package-lock.json $(INSTALLED)
	tools/npm --prefix $(UI) ci --silent --no-progress
	touch $@

$(CONSOLE): $(UI_INSTALLED) $(UI_SOURCES)
	tools/npm --prefix $(UI) run --silent build -- --logLevel warn
	touch $@

.PHONY: lock
lock: $(BIN)/uv ## write requirements.lock anew from setup.cfg and requirements-dev.in
	$(BIN)/uv pip compile setup.cfg requirements-dev.in $(addprefix --extra ,$(EXTRAS)) \
		--upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock

.PHONY: servers
servers: setup ## fetch what the end-to-end tests start: Asterisk, sipp
	$(BIN)/python -m tests.servers.fetch

# ---- use -----------------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## run the demo on embedded parts: make demo ARGS="--minutes 20 --speed 60"
	@# on a terminal, Ctrl-C is for the demo alone, which ends in good order
	@if [ -t 0 ]; then set -m; fi; $(BIN)/cordboard demo $(ARGS) || exit

.PHONY: pictures
pictures: setup ## draw the console's pictures under docs/images anew (needs Debian's Chromium; some minutes)
	$(BIN)/python -m tools.draw_console docs/images $(ARGS)

# ---- checks --------------------------------------------------------------------------------------

.PHONY: lint format check-format check-lint check-types check-imports check-news check-console test-console
lint: setup ## style, types, import contracts, news fragments
	$(MAKE) --jobs=4 --output-sync=target --keep-going \
		check-format check-lint check-types check-imports check-news check-console

format: setup ## put the sources into the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	tools/npm --prefix $(UI) run --silent format

check-format: ; $(BIN)/ruff format --check .
check-lint: ; $(BIN)/ruff check .
check-types: ; $(BIN)/mypy $(addprefix -p ,$(PACKAGES) deploy tools tests)
check-imports: ; $(BIN)/lint-imports
check-news: ; $(BIN)/python tools/check_news.py newsfragments
check-console:
	tools/npm --prefix $(UI) run --silent style
	tools/npm --prefix $(UI) run --silent types
test-console: ; tools/npm --prefix $(UI) run --silent test

.PHONY: test test-fast test-slow unit
unit: ; $(PYTEST) -n $(FAST_WORKERS) -m "$(FAST)" tests $(ARGS)

test-fast: setup ## all checks and every test that needs no server (three minutes at most)
	$(MAKE) --jobs=3 --output-sync=target --keep-going check-format check-lint check-imports check-news check-types \
		check-console test-console unit

test-slow: servers ## the tests on the real Asterisk and the other servers
	$(MAKE) --jobs=1 --keep-going test-servers test-calls

.PHONY: test-servers test-calls
test-servers: servers ## those with a browser, a database server or a whole daemon
	$(PYTEST) -n $(SERVER_WORKERS) --dist loadgroup -m "$(SERVERS)" tests $(ARGS)

test-calls: servers ## those of calls on the real Asterisk
	$(PYTEST) -n $(CALL_WORKERS) --dist loadgroup -m "$(CALLS)" tests $(ARGS)

test: setup ## everything: what has to pass before a change is taken
	$(MAKE) --jobs=2 --output-sync=target test-fast servers
	$(MAKE) test-slow

.PHONY: fuzz
fuzz: setup ## ask a daemon whatever its OpenAPI document allows, and does not, for some minutes
	$(PYTEST) -n 1 --dist loadgroup --timeout 1800 --hypothesis-profile=search tests/agent_console/virtual/test_any_request.py $(ARGS)

.PHONY: benchmark
benchmark: setup ## measure side by side with other libraries
	$(PYTEST) -s -p no:cacheprovider -m benchmark tests/benchmarks $(ARGS)

.PHONY: recordings
recordings: servers ## record the AMI transcripts anew, after a change of the dialplan
	$(BIN)/python -m tests.transcripts.record $(ARGS)

.PHONY: clean
clean: ## remove all that was made, the virtual environment and the fetched servers included
	rm -rf $(VENV) $(WORK) $(UI)/node_modules agent_console/static build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
