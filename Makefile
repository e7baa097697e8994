# Everything a person or a machine does with this tree, one word each. `make help` lists the words.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -qq install
# Most tests wait for something, so three share two cores well.
WORKERS ?= 3
CODE := duty wire config collectors storage watch practice tui cli

# An environment knows its own folder and interpreter: after a move or an upgrade it is built anew.
BUILT := $(shell cat $(VENV)/place 2>/dev/null)
HERE := $(CURDIR) $(shell $(PY) -V 2>/dev/null)
ifneq ($(BUILT),$(HERE))
.PHONY: $(VENV)/place
endif

.NOTPARALLEL:
.PHONY: help run venv dev postgresql needs test check format lint types layers words-check shells soak pictures scene recording words lock clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r word means; do \
		printf '  make %-12s %s\n' "$$word" "$$means"; done

run: venv ## Open Watchkeeper; SITE=path opens that site file instead of the usual one
	@if [ -n "$$SITE" ]; then set -- --site "$$SITE"; else set --; fi; exec $(VENV)/bin/watchkeeper "$$@"

venv: $(VENV)/run-ready ## Build .venv from requirements.lock (once)

dev: $(VENV)/test-ready ## The same, with what tests and checks need

# PYTHON is looked for only when it is needed: the usual `make run` starts no extra process for it.
$(VENV)/place:
	@[ -n "$(PYTHON)" ] || { echo "Watchkeeper needs Python 3.11 or newer: apt install python3 python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment: apt install python3-venv" >&2; exit 1; }
	@echo "Building $(VENV) with $(PYTHON) (once; later starts take no time)"
	@"$(PYTHON)" -m venv --clear $(VENV)
	@printf '%s %s\n' "$$(pwd -P)" "$$($(PY) -V)" > $@

$(VENV)/run-ready: $(VENV)/place requirements.lock pyproject.toml
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test-ready: $(VENV)/run-ready requirements-dev.lock
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

postgresql: venv ## Add the driver for records on PostgreSQL to .venv
	@$(PIP) --require-hashes -r requirements-postgresql.lock

needs: ## Install the system programs the tests drive (sshd, shells, awks); as root, else say which are missing
	@.ci/needs

test: dev needs ## Run the tests; ARGS="-k words -x" is passed on to pytest, WORKERS=0 runs them one after the other
	@exec $(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

soak: dev ## Run the long tests as well, alone
	@exec $(PY) -m pytest -m soak $(ARGS)

check: lint types layers words-check shells test ## All that must hold before a change is pushed

format: dev ## Lay out the code as the checks want it
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lint: dev
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .

types: dev
	@$(PY) -m mypy

layers: dev
	@$(VENV)/bin/lint-imports

words-check: dev
	@$(PY) -m tests.support.words check

shells:
	@.ci/shells

words: dev ## Collect the sentences of the code, update the catalogs, compile them; says what has no translation
	@$(PY) -m tests.support.words update

pictures: dev ## Draw every screen, size, language and theme into docs/pictures; the same tree draws the same bytes
	@$(PY) -m tests.support.pictures

scene: dev ## Record anew what the pictures show (8 minutes of the practice site), then make pictures
	@$(PY) -m tests.support.scene

recording: dev ## Film the practice site in a terminal into docs/pictures/recording.svg (2 minutes)
	@$(PY) -m tests.support.recording

lock: ## Settle the versions anew in all lock files (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv" >&2; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-annotate --upgrade --extra build -o requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-annotate --upgrade --extra postgresql -c requirements.lock -o requirements-postgresql.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-annotate --upgrade --extra dev --extra postgresql -c requirements.lock -c requirements-postgresql.lock \
		-o requirements-dev.lock pyproject.toml

clean: ## Remove what was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
