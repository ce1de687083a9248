# Two commands for a newcomer: `make demo` and `make test`. Nothing else by hand.
.PHONY: demo test check speed screens spec man lock setup clean
.DEFAULT_GOAL := demo
BIN := .venv/bin
ARGS ?=

demo: ## The story of one sign-up; with a terminal it opens the wallet
	@requirements/setup.sh run
	@$(BIN)/python -m examples.town $(ARGS)

setup:
	@requirements/setup.sh dev

test: setup ## All tests
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: setup ## What must hold besides the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.spec_table --check

spec: setup ## Writes SPEC.md from the spec marks
	$(BIN)/python -m tests.spec_table

speed: setup ## Ratios against the raw limit, measured in the same run
	$(BIN)/python tests/speed/bench.py $(ARGS)

screens: setup ## Writes new reference pictures of the terminal screens
	$(BIN)/python -m pytest -m screens --snapshot-update $(ARGS)

man: setup ## Writes the manual pages of the wallet to build/man
	$(BIN)/python -m wallet.cli.manual build/man

lock: setup ## New lock files, with hashes and without addresses
	$(BIN)/python -m piptools compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-header --no-annotate -o requirements/run.lock requirements/build.in pyproject.toml
	$(BIN)/python -m piptools compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-header --no-annotate --extra dev -o requirements/dev.lock requirements/build.in pyproject.toml

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
