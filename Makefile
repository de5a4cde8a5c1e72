PYTHON ?= python3.11
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
PEERS := $(VENV)/.peers
SPARK := $(VENV)/.spark

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

.PHONY: setup
setup: $(READY) ## Make the virtual environment in .venv

.PHONY: demo
demo: $(READY) ## Analyse the sample export in data/ and leave the results in output/
	$(RUN) cli.py analyze data/sample_orders.csv --out output/sample_orders

.PHONY: test
test: $(READY) ## Run the tests
	$(RUN) -m pytest --numprocesses 2 --dist worksteal

.PHONY: test-long
test-long: $(SPARK) $(PEERS) ## Run the tests that take minutes, as a batch of two hundred exports
	$(RUN) -m pytest -m long

$(SPARK): $(READY)
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[spark]'
	@touch $@

.PHONY: spark
spark: $(SPARK) ## Install what the analysis on Spark needs

.PHONY: test-spark
test-spark: $(SPARK) ## Run the tests on a Spark cluster of this machine (needs Java 17)
	$(RUN) -m pytest tests/spark --numprocesses 2 --dist loadfile --no-loadscope-reorder

INPUTS ?= 100000
.PHONY: fuzz
fuzz: $(READY) ## Feed the intake, models and configurations with INPUTS damaged inputs
	$(RUN) -m tests.fuzz.campaign $(INPUTS)

.PHONY: fuzz-guided
fuzz-guided: $(READY) ## The same with atheris, which looks for new ways through the code: TARGET=intake
	$(RUN) -m pip install --quiet --disable-pip-version-check atheris
	$(RUN) -m tests.fuzz.guided $(or $(TARGET),intake) -max_total_time=600

.PHONY: lint
lint: $(READY) ## Check style and format
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

.PHONY: types
types: $(READY) ## Check the types
	$(VENV)/bin/mypy

.PHONY: format
format: $(READY) ## Bring the code into shape
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

$(PEERS): $(READY)
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@touch $@

.PHONY: peers
peers: $(PEERS) ## Install what the benchmarks compare with

.PHONY: test-peers
test-peers: $(PEERS) ## Run the tests that hold results against those of other programs
	$(RUN) -m pytest tests/benchmarks tests/real_data tests/test_insights.py --numprocesses 2 --dist worksteal -m "peers and not long"

.PHONY: bench
bench: $(PEERS) ## Measure the engine beside its peers
	$(RUN) cli.py bench

.PHONY: sample
sample: $(READY) ## Write data/sample_orders.csv anew
	$(RUN) cli.py generate data/sample_orders.csv --rows 30000 --seed 7

.PHONY: pin
pin: ## Write constraints.txt anew from the newest versions that fit together
	rm -rf $(VENV)-pin && $(PYTHON) -m venv $(VENV)-pin
	$(VENV)-pin/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,bench,spark]'
	$(VENV)-pin/bin/python -m pip freeze --exclude-editable > constraints.txt
	rm -rf $(VENV)-pin

.PHONY: test-oldest
test-oldest: ## Run the tests with the oldest versions that pyproject.toml allows
	$(PYTHON) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-oldest.txt --editable '.[dev]'
	$(VENV)-oldest/bin/python -m pytest --numprocesses 2 --dist worksteal --ignore tests/spark --ignore tests/benchmarks

.PHONY: audit
audit: $(READY) ## Look for known weaknesses of the pinned versions (asks PyPI)
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(VENV)-audit/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

SECONDS_OF_SOAK ?= 3600
.PHONY: soak
soak: $(READY) ## Run analyses for an hour in one process, and see that nothing grows
	$(RUN) -m benchmarks.soak $(SECONDS_OF_SOAK)

.PHONY: docs
docs: $(READY) ## Write docs/outputs.md anew
	$(RUN) -m docs.outputs

.PHONY: clean
clean: ## Remove the virtual environment and all results
	rm -rf $(VENV) build *.egg-info output/*
