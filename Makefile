# What people run here. `make run` and `make test` need only Python 3.11 or newer (with venv) and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
DEV_READY := $(VENV)/ready-for-tests
PIP_FLAGS := --quiet --disable-pip-version-check --no-input
NPM := tests/interop/npm
NPM_READY := $(NPM)/node_modules/.package-lock.json
INTEROP := tests/interop/.venv
INTEROP_READY := $(INTEROP)/ready
WORKERS ?= 2
SEED ?=
MINUTES ?= 60

.PHONY: help run test soak api-coverage screenshots check bench messages docs tools clean

help:
	@echo 'make run           a server of your own at http://localhost:8420'
	@echo 'make test          all tests, on SQLite and PostgreSQL'
	@echo 'make check         format, lint, types, import rules, rules about the code: before each commit'
	@echo 'make soak          the long forms of the fault, fuzz and soak tests (SEED=, MINUTES=)'
	@echo 'make bench         measurements (BENCH_STRICT=1: fail when a goal is missed)'
	@echo 'make api-coverage  methods of the client API: answered, tested, missing'
	@echo 'make screenshots   a picture of each page, small and large, in screenshots/'
	@echo 'make messages      bring the catalogues of translations up to date'
	@echo 'make docs          write the pages that are made from the code'

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer with venv is needed: apt install python3 python3-venv' >&2; exit 1; }
	@echo 'Installing what fedisw needs into .venv (once; less than a minute) …' >&2
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install $(PIP_FLAGS) --no-compile --no-deps --require-hashes -r requirements.lock
	@$(BIN)/pip install $(PIP_FLAGS) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m fedisw --help >/dev/null
	@touch $@

$(DEV_READY): $(READY) tests/requirements.lock
	@echo 'Installing what the tests need into .venv (once; about a minute) …' >&2
	@$(BIN)/pip install $(PIP_FLAGS) --no-compile --no-deps --require-hashes -r tests/requirements.lock
	@touch $@

$(NPM_READY): $(NPM)/package.json $(NPM)/package-lock.json
	@echo 'Installing the npm packages of the interoperability tests (once) …' >&2
	@cd $(NPM) && npm ci --silent --no-audit --no-fund --ignore-scripts --engine-strict=false
	@touch $@

$(INTEROP_READY): tests/interop/requirements.lock
	@echo 'Installing the Python tools of the interoperability tests (once) …' >&2
	@test -x $(INTEROP)/bin/pip || $(PYTHON) -m venv $(INTEROP)
	@$(INTEROP)/bin/pip install $(PIP_FLAGS) --no-compile --no-deps --require-hashes -r tests/interop/requirements.lock
	@touch $@

# Node is the one thing that is not installed from here: without it that part of the tests is skipped, in CI it is a failure.
tools: $(DEV_READY) $(INTEROP_READY)
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory $(NPM_READY); \
	elif [ "$$CI" = true ]; then echo 'Node.js with npm is missing: the tests need it in CI' >&2; exit 1; \
	else echo 'NODE.JS IS MISSING: the tests with other implementations will be skipped (apt install nodejs npm)' >&2; fi

run: $(READY)
	@exec $(BIN)/fedisw quickstart --data-dir ./data

# In the order of the files; `make test SEED=7` shuffles them, to find tests that lean on each other.
test: tools
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --quiet $(if $(SEED),--randomly-seed=$(SEED),-p no:randomly) tests

soak: tools
	@FEDISW_TEST_SOAK=1 SEED="$(SEED)" MINUTES="$(MINUTES)" $(BIN)/pytest --timeout 0 -rA tests/faults tests/fuzz tests/federation/test_permutations.py tests/flows/test_commotion.py

api-coverage: $(DEV_READY)
	@$(BIN)/python -m tests.arch.api_coverage
	@$(BIN)/python -m tests.support.coverage

screenshots: $(DEV_READY)
	@$(BIN)/python -m tests.support.screenshots screenshots

check: $(DEV_READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest --numprocesses $(WORKERS) --quiet tests/arch tests/i18n

bench: $(DEV_READY)
	@$(BIN)/python -m bench

messages: $(DEV_READY)
	@$(BIN)/python -m tests.i18n.messages

docs: $(DEV_READY)
	@$(BIN)/python -m tests.arch.settings_page
	@$(BIN)/python -m tests.arch.api_page

clean:
	rm -rf $(VENV) $(INTEROP) $(NPM)/node_modules screenshots .mypy_cache .ruff_cache
