# Sayso. `make chat` opens the page, `make test` checks everything, `make bench` measures what is promised.
# Options for the command behind a target: make chat ARGS="--port 7861"

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=
WORKERS ?= 3

.PHONY: chat test lint types tests bench format system clean

chat: $(VENV)/.installed
	$(BIN)/sayso chat $(ARGS)

test: lint types tests

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-test
	$(BIN)/mypy

tests: $(VENV)/.installed-test system
	$(BIN)/pytest -n $(WORKERS) --dist loadfile $(ARGS)

bench: $(VENV)/.installed
	$(BIN)/sayso bench $(ARGS)

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sayso bench --table

clean:
	rm -rf $(VENV) build *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Sayso needs Python 3.11 or later, and $(PYTHON) is none; name one: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "No virtual environment could be made; on Debian: apt install python3-venv" >&2; rm -rf $(VENV); exit 2; }

# The stamps are as old as the last installation: a change of pyproject.toml installs again, anything else does not.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing Sayso into $(VENV); the first time, this takes some minutes ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	@echo "Installing Sayso and what its tests need into $(VENV); the first time, this takes some minutes ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/.installed

# The browser and the database server that the tests drive. Where they can't be installed, those tests are skipped
# and say so.
CHROMIUM = command -v chromium >/dev/null
POSTGRES = { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1

system:
	@if $(CHROMIUM) && $(POSTGRES); then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
			chromium postgresql; } || echo "Chromium and PostgreSQL could not be installed: their tests are skipped."; \
	else echo "Without Chromium and PostgreSQL (apt install chromium postgresql) their tests are skipped."; fi
