# The targets are the continuous integration: .ci/run calls `make check` and nothing else.

PYTHON ?= python3
ARGS ?=

VENV := .venv
OLDEST := .venv-oldest
STAMP := $(VENV)/.stamp-dev
DOCS_STAMP := $(VENV)/.stamp-docs
SITE := docs/_build/html
OLDEST_STAMP := $(OLDEST)/.stamp-oldest
KERNELS := $(wildcard skdistill/csrc/*.* skdistill/csrc/*/*)
PIP_FLAGS := --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check slow docs check-torch check-oldest wheel clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## compress a real ensemble on the digits data and print the comparison
	@mkdir -p build
	$(VENV)/bin/skdistill compress --data digits --teacher voting --output build/digits.safetensors --force

test: $(STAMP) ## run the tests, the doctests and the README's code blocks (ARGS="-k name")
	$(VENV)/bin/python -m pytest $(ARGS)

check: $(STAMP) ## format, lint, types, then `make test`
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy skdistill
	$(MAKE) test

slow: $(STAMP) ## run the tests that are too long for every run
	$(VENV)/bin/python -m pytest -m slow $(ARGS)

docs: $(DOCS_STAMP) ## run the examples and build the site into docs/_build/html; warnings are errors
	$(VENV)/bin/python -m sphinx -W --keep-going docs $(SITE) $(ARGS)
	@echo "Open $(SITE)/index.html"

check-torch: $(STAMP) ## run the tests with torch's operators in place of the compiled kernels
	SKDISTILL_NATIVE=0 $(VENV)/bin/python -m pytest $(ARGS)

check-oldest: $(OLDEST_STAMP) ## run the tests with the oldest supported versions
	$(OLDEST)/bin/python -m pytest $(ARGS)

wheel: $(STAMP) ## build dist/*.tar.gz and dist/*.whl
	$(VENV)/bin/python -m build

clean: ## remove everything that the other targets made
	rm -rf $(VENV) $(OLDEST) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf docs/_build docs/auto_examples docs/generated
	rm -f skdistill/*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is brought up to date in place when a file it is made from changes.
$(STAMP): pyproject.toml setup.py constraints.txt $(KERNELS)
	@echo "Making $(VENV) from constraints.txt: some minutes, once."
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install $(PIP_FLAGS) --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(DOCS_STAMP): $(STAMP)
	$(VENV)/bin/python -m pip install $(PIP_FLAGS) --constraint constraints.txt --editable '.[docs]'
	@touch $@

$(OLDEST_STAMP): pyproject.toml setup.py constraints-oldest.txt $(KERNELS)
	@echo "Making $(OLDEST) from constraints-oldest.txt: some minutes, once."
	$(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install $(PIP_FLAGS) --constraint constraints-oldest.txt --editable '.[test]'
	@touch $@
