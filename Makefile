# Needs Python 3.11 or newer with pip, make and git. Everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PACKAGES := ats benchmarks calendars config flows tasks web
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

# Prefect reports its use to its makers unless told not to.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help setup demo test calendar-readers browser screenshots search crash-test up check \
	bench-delivery bench-feeds bench-planning format lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv ready; costs nothing the second time

demo: $(READY) ## Take the sample cohort through its whole year
	@$(BIN)/ats demo

test: $(READY) ## Run every test (ARGS=tests/unit for some)
	@$(BIN)/pytest -n auto --no-loadscope-reorder $(ARGS)

calendar-readers: ## Install the programs that tests read our calendars with (apt-get, npm)
	@.ci/install-calendar-readers

browser: ## Install the browser that tests open the pages with (apt-get, npm)
	@.ci/install-browser

screenshots: browser $(READY) ## Take the pictures of the pages in docs/screenshots anew
	@SCREENSHOTS=docs/screenshots BROWSER_TESTS=required $(BIN)/pytest -q tests/browser

search: $(READY) ## Look for examples that break a property, other ones each time
	@$(BIN)/pytest -n auto --hypothesis-profile=search $(or $(ARGS),tests/unit tests/integration/engine/machine)

crash-test: $(READY) ## Kill deliveries at random moments, for minutes (CRASH_ROUNDS=30 CRASH_SEED=2026)
	@$(BIN)/pytest -q -s -m long tests/integration/workers

up: $(READY) ## Run everything on this machine until Ctrl-C
	@$(BIN)/ats up --sample

check: $(READY) ## Lint, format, types, architecture, dependencies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict $(PACKAGES)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pip check

bench-planning: $(READY) ## Measure ticks and a year (ARGS="--sizes 1000 --million 0" for less)
	@$(BIN)/python -m benchmarks.planning $(ARGS)

format: $(READY) ## Format the code and fix what can be fixed
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench-delivery: $(READY) ## Compare delivery with peers; keep the machine idle (ARGS=--help)
	@$(BIN)/python -m benchmarks.delivery $(ARGS)

bench-feeds: $(READY) ## Measure what a hundred calendars that poll cost (ARGS=--help)
	@$(BIN)/python -m benchmarks.feeds $(ARGS)

lock: | $(READY) ## Resolve the dependencies anew (ARGS=--upgrade for newer versions)
	@$(LOCK) $(ARGS) pyproject.toml --output-file requirements.lock
	@$(LOCK) $(ARGS) pyproject.toml --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock

clean: ## Remove .venv, caches and the demo; your data in var stays
	@rm -rf .venv var/demo dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv installs in seconds what takes pip more than a minute; where uv cannot reach the package
# index (it does not read pip's configuration) pip does the work. Both check every hash. Some
# systems package Python without what `venv` needs to put pip in; then the system's pip does that.
$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": run make PYTHON=/path/to/python3.11")'
	@echo "Setting up .venv …"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv >/dev/null 2>&1 \
		|| { $(PYTHON) -m venv --clear --without-pip .venv && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock || true
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock \
		|| { echo "uv could not install; pip takes over (a minute or so)."; \
		     $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@
