PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: help docs screenshots demo serve test test-install test-train lint gate format image-size constraints clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

demo: index  ## Ask the REST API three symptoms and print its answers
	@$(BIN)/python -m api.demo

serve: index  ## Keep the page and the REST API up at http://127.0.0.1:8000
	$(BIN)/causeway serve

test: $(VENV)/.dev  ## Run every test that needs no torch
	$(BIN)/pytest -m "not train and not install" --numprocesses auto --dist loadfile

docs: $(VENV)/.runtime  ## Write docs/api.md from the OpenAPI document
	$(BIN)/python -m api.reference

screenshots: $(VENV)/.dev index  ## Take the pictures in docs/images anew (needs Chromium)
	$(BIN)/python -m tests.browser.screenshots

test-install: $(VENV)/.dev  ## Install the bot alone into a fresh environment and see that it works
	$(BIN)/pytest -m install

test-train: $(VENV)/.train  ## Run the tests of the encoder export (installs torch)
	$(BIN)/pytest -m train

lint: $(VENV)/.dev  ## Check style, types, layering and the knowledge base
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/causeway kb lint

gate: $(VENV)/.dev index  ## Refuse answers that got worse, and queries that the knowledge base has seen
	$(BIN)/causeway eval lint
	$(BIN)/causeway eval gate

format: $(VENV)/.dev  ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

image-size:  ## Do in a folder what the Dockerfile does, and print its size
	@set -e; folder=$$(mktemp -d); trap 'rm -r "$$folder"' EXIT; \
		deploy/build-runtime.sh "$$folder/causeway" >/dev/null; \
		echo "$$(du -sm "$$folder/causeway" | cut -f1) MB for the service and its index"

constraints:  ## Resolve the pinned versions again (needs uv)
	echo "torch==2.13.0" | uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--constraint - --no-annotate --no-header --quiet --upgrade --output-file constraints.txt

clean:  ## Remove the virtual environment and all indexes
	rm -rf $(VENV) data

.PHONY: index
index: $(VENV)/.runtime
	@$(BIN)/causeway index build

$(VENV)/.runtime: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable '.[serve]'
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(INSTALL) --editable '.[dev]'
	@touch $@

$(VENV)/.train: $(VENV)/.dev
	$(INSTALL) --editable '.[dev,train]'
	@touch $@
