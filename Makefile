# Two commands for a fresh machine: `make demo` and `make test`.
# They need Python 3.11 or newer with venv, and make; everything else they set up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
RUN := $(VENV)/.ready-to-run
WORK := $(VENV)/.ready-to-work
.PHONY: demo test bench simulate lint types layers format clean

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "launchctl needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(RUN): $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(WORK): $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e '.[dev]'
	@touch $@ $(RUN)

demo: $(RUN)
	$(BIN)/launch demo $(ARGS)

test: $(WORK)
	$(BIN)/python -m pytest $(ARGS)

crash: $(WORK)
	$(BIN)/python -m tests.crash $(ARGS)

bench: $(WORK)
	$(BIN)/python -m tests.benchmarks $(ARGS)

# thousands of generated shows, some through the whole conductor: make simulate SEEDS=1000
SEEDS ?= 10000
WHOLES ?= 200
REFERENCES ?= 2
simulate: $(WORK)
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --wholes $(WHOLES) --references $(REFERENCES) $(ARGS)

lint: $(WORK)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(WORK)
	$(BIN)/mypy

layers: $(WORK)
	$(BIN)/lint-imports

format: $(WORK)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
