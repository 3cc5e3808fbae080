# Two commands: `make run` shows Foyer on http://localhost:3000, `make test` runs every test.
# Needs Python 3.11 or newer and the package registries; nothing else.
SHELL := /bin/bash
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
NAME ?= main-job

.DEFAULT_GOAL := run
.PHONY: run dev test proof lint format migration clean

run: .venv/run  ## the production build with demo studios on http://localhost:3000
	@$(BIN)/python -m portal_app demo
	@$(BIN)/reflex run --env prod --loglevel warning

dev: .venv/run  ## hot reload on http://localhost:3000
	@$(BIN)/python -m portal_app demo
	@$(BIN)/reflex run

test: .venv/test chromium  ## everything, at small counts, in two processes; with ARGS in one
	$(BIN)/python -m pytest $(or $(ARGS),-n 2)

proof: .venv/test chromium  ## the acceptance NAME at full counts, one line per id
	$(BIN)/python -m tests.proof $(NAME)

lint: .venv/test
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports && $(BIN)/pyright --pythonpath $(BIN)/python

format: .venv/test
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

migration: .venv/test  ## PURPOSE=word: from what the newest migration makes to what the models say
	@test -n "$(PURPOSE)" || { echo "say what it is for: make migration PURPOSE=invoice_notes"; exit 1; }
	@$(BIN)/python -m tests.migration $(PURPOSE)

.PHONY: chromium
chromium:  ## the browser of the tests and the unpackers, from Debian, only when they are not there
	@bash tests/chromium.sh
	@bash tests/unpackers.sh

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Foyer needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m venv .venv

# Packages come as they are: Python compiles what is used when it is used, which halves the time to the first page.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --prefer-binary

.venv/run: requirements.txt | .venv/bin/python
	@echo "Fetching Foyer's packages, once …"
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/test: requirements.txt requirements-dev.txt | .venv/bin/python
	@echo "Fetching Foyer's packages and those of its tests, once …"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@ .venv/run

clean:  ## forget the demo and everything built
	rm -rf .web .states .data/demo
