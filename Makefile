# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WEIGHTS ?=

.PHONY: help demo test check fix bench slow clean

help:
	@echo "make demo   set up, pull the default model, run all scenarios, print the table"
	@echo "make test   set up, pull the pinned weights, run the tests"
	@echo "make check  lint, format, types, imports"
	@echo "make fix    mend what lint and format can mend by themselves"
	@echo "make bench  speed and memory, as tables (minutes)"
	@echo "make slow   the tests that take minutes"

# One environment for all: the stamp is made anew whenever the pins or the package's metadata change.
$(VENV)/.installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@

$(VENV)/.weights: $(VENV)/.installed
	$(BIN)/mgllm models pull smollm2-135m $(if $(WEIGHTS),--from $(WEIGHTS))
	@touch $@

demo: $(VENV)/.installed $(VENV)/.weights
	$(BIN)/python examples/demo.py

test: $(VENV)/.installed $(VENV)/.weights
	$(BIN)/python -m pytest

slow: $(VENV)/.installed $(VENV)/.weights
	$(BIN)/python -m pytest -m slow

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed $(VENV)/.weights
	$(BIN)/python benchmarks/local_scoring.py
	$(BIN)/python benchmarks/api_load.py
	$(BIN)/python benchmarks/api_load.py --faults
	$(BIN)/python benchmarks/synth_speed.py
	$(BIN)/python benchmarks/recognizer_speed.py
	$(BIN)/python benchmarks/recognizer_scaling.py
	$(BIN)/python benchmarks/report_speed.py

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
