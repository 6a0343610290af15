# make run, test, check, fuzz, faults, bench, matrix, clean. Each installs what it needs, and no more, into its virtual environment.
VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin
UV := $(shell command -v uv)
INSTALL = $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/pip install --quiet --no-compile --disable-pip-version-check)
comma := ,
TESTS = test$(if $(shell command -v chromium chromium-browser google-chrome),$(comma)browser)
SOURCES = pyproject.toml setup.py $(wildcard simulator/kernel/*.py simulator/kernel/*.pxd)
say = @printf '\n== %s\n'

.PHONY: run test check fuzz faults bench matrix clean

run: $(VENV)/.run
	@printf '\n'
	$(BIN)/poolsight run scenarios/first_pool.yaml
	$(say) "Next: how sure is that?   $(BIN)/poolsight run scenarios/first_pool.yaml --replications auto"
	@echo "   what happened, and why: $(BIN)/poolsight run scenarios/first_pool.yaml --out first_run"
	@echo "                           $(BIN)/poolsight report first_run"

test: $(VENV)/.test
	$(BIN)/python -m pytest -q -n auto

check: $(VENV)/.check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.words

MINUTES ?= 10
SHARE ?= 1
SEED ?= $(shell date +%s)

faults: $(VENV)/.test
	$(BIN)/python -m tests.faults --seed $(SEED) --share $(SHARE) --random 100

fuzz: $(VENV)/.test
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) --seed $(SEED)

bench: $(VENV)/.test
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.table --history tests/benchmarks/history.jsonl
	$(BIN)/python tests/benchmarks/reference.py
	$(BIN)/python tests/benchmarks/whole.py
	$(BIN)/python tests/benchmarks/heavier.py
	$(BIN)/python -m tests.benchmarks.formula
	$(BIN)/python -m tests.benchmarks.experiments speed
	$(BIN)/python -m tests.benchmarks.experiments coverage --studies 100
	$(BIN)/python -m tests.benchmarks.plans store --runs 4000
	$(BIN)/python -m tests.benchmarks.plans count --plans 100
	$(BIN)/python -m tests.laws --attempts 20000 --seed $(SEED)
	$(BIN)/python -m pytest -q -m long

matrix: $(VENV)/.test
	$(BIN)/python tests/matrix.py

clean:
	rm -rf .venv build dist simulator/kernel/*.so simulator/kernel/_cyutility.c

$(BIN)/python:
	$(say) "Making the virtual environment $(VENV) with $(or $(UV),$(PYTHON)): some 5 seconds."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(if $(UV),$(UV) venv --quiet --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))

$(VENV)/.run: $(SOURCES) | $(BIN)/python
	$(say) "Installing what a run needs and compiling the kernel: 1 to 2 minutes with a C compiler, half a minute without."
	$(INSTALL) --editable ".[tables]"
	@$(BIN)/poolsight --version
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(say) "Installing what the tests need: about a minute."
	$(INSTALL) --editable ".[$(TESTS)]"
	@touch $@

$(VENV)/.check: $(VENV)/.test
	$(say) "Installing the linter, the type checker and their stubs: about half a minute."
	$(INSTALL) --editable ".[$(TESTS),dev]"
	@touch $@
