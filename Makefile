# Five commands: run, test, check, bench, clean. Each makes its own virtual environment.
VENV ?= .venv
PYTHON ?= python3
STAMP = $(VENV)/.poolsight

.PHONY: run test check bench clean

run: $(STAMP)
	$(VENV)/bin/poolsight run scenarios/first_pool.yaml

test: $(STAMP)
	$(VENV)/bin/python -m pytest -q -n auto

check: $(STAMP)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

bench: $(STAMP)
	$(VENV)/bin/python tests/benchmarks/reference.py
	$(VENV)/bin/python tests/benchmarks/whole.py
	$(VENV)/bin/python tests/benchmarks/heavier.py
	$(VENV)/bin/python -m tests.benchmarks.formula
	$(VENV)/bin/python -m tests.benchmarks.experiments speed
	$(VENV)/bin/python -m tests.benchmarks.experiments coverage --studies 100

clean:
	rm -rf .venv build dist simulator/kernel/*.so

$(STAMP): pyproject.toml setup.py $(wildcard simulator/kernel/*.py simulator/kernel/*.pxd)
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --upgrade pip
	$(VENV)/bin/pip install --quiet -e ".[test,dev]"
	touch $(STAMP)
