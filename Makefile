# Two commands matter: `make run` and `make test`. Each target makes .venv first and is a line.

PYTEST = .venv/bin/python -m pytest

.PHONY: run test test-system test-browser lint bench messages

run: ## everything, at http://localhost:8000
	@deploy/bootstrap.sh runtime && exec .venv/bin/kutse up

test: ## all tests that need only Python and wheels
	@deploy/bootstrap.sh dev && $(PYTEST) -n 4 --dist worksteal --ignore tests/system --ignore tests/browser --ignore tests/benchmarks

test-system: ## the clean clone, crashes, and peers that are Debian packages
	@deploy/bootstrap.sh dev && $(PYTEST) tests/system

test-browser: ## the journeys in Chromium
	@deploy/bootstrap.sh dev && $(PYTEST) tests/browser

lint: ## style, types and import contracts
	@deploy/bootstrap.sh dev && .venv/bin/ruff check && .venv/bin/ruff format --check && .venv/bin/mypy && .venv/bin/lint-imports

bench: ## how fast it is here: `make bench NAME=delivery`
	@deploy/bootstrap.sh dev && .venv/bin/python -m tests.benchmarks $(NAME)

messages: ## collect what pages and letters say into the catalogues
	@deploy/bootstrap.sh dev && .venv/bin/python -m service.languages.gathering
