# Carousel's commands. Each sets up what it needs first; see `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test check constraints clean

VENV ?= .venv
EXTRAS ?= blender cluster dev training
export VENV PYTHON
BIN = $(VENV)/bin
DEMO = data/demo

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*  ## /    make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24
	@echo "PYTHON=python3.13 chooses the Python (3.11 or 3.13; 3.12 trains only), VENV=folder its environment,"
	@echo "EXTRAS=training what setup installs (blender, cluster, dev and training without it), ARGS what pytest gets."

setup:  ## make the environment: Python packages and the system libraries Blender needs
	@scripts/setup.sh $(EXTRAS)

demo:  ## render 48 frames into data/demo and say where the gallery is; again: resume
	@scripts/setup.sh blender
	$(BIN)/python scenegen/render.py n=48 out=$(DEMO) renderer.width=640 renderer.height=214
	@echo "The gallery: file://$(CURDIR)/$(DEMO)/gallery/index.html"

test:  ## run the tests (ARGS="-k labels")
	@scripts/setup.sh
	@scripts/test.sh $(ARGS)

check:  ## format, lint, types and import rules
	@scripts/setup.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

constraints:  ## pin the newest versions that fit together in constraints.txt
	@scripts/setup.sh dev
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --all-extras --strip-extras --no-annotate \
		--custom-compile-command "make constraints" pyproject.toml -o constraints.txt

clean:  ## remove the demo, caches and builds; keeps $(VENV) and other data
	rm -rf $(DEMO) build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +
