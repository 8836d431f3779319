# Everything the project does, as commands. A fresh machine needs git, make and Python 3.11 or newer.
.DEFAULT_GOAL := help
SHELL := /bin/bash

UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
BOT_PYTHON := bot/.venv/bin/python
PYTEST := $(UV) run --frozen pytest
BOT_PYTEST := $(BOT_PYTHON) -m pytest -c bot/pyproject.toml tests/bot

# Tests that run side by side. Each worker has databases of its own.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 4 ? n : 4)))

.PHONY: help run test check format install train bench clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: install ## Set everything up and run the service
	@$(UV) run --frozen loket serve

test: install ## Set everything up and run all tests that this machine can run
	@echo "== the bot's own tests"
	@$(BOT_PYTEST) -q
	@echo "== the service's tests"
	@$(PYTEST) -q -rs -n $(WORKERS) --dist loadgroup --cov --cov-report=

# The coverage floor is only ever raised. It counts what the last full `make test` left behind.
COVERAGE_FLOOR := 92

check: install ## Format, lint, types, layers, dependencies, spelling, training data, answers and coverage
	$(UV) run --frozen ruff format --check .
	$(UV) run --frozen ruff check .
	$(UV) run --frozen mypy
	$(UV) run --frozen lint-imports
	$(UV) run --frozen deptry .
	$(UV) run --frozen codespell README.md CONTRIBUTING.md CHANGELOG.md docs loket actions bench bot/*.py bot/components
	PYTHONWARNINGS=ignore bot/.venv/bin/rasa data validate --domain domain.yml --config config.yml --data data/nlu data/rules.yml
	$(UV) run --frozen loket data check
	$(UV) run --frozen loket faq check
	@if [ -f .coverage ]; then $(UV) run --frozen coverage report --skip-covered --fail-under=$(COVERAGE_FLOOR); \
	elif [ -n "$$LOKET_TEST_ALL" ]; then echo "no coverage was measured: run make test first"; exit 1; \
	else echo "== coverage was not measured; make test does"; fi

format: install ## Format the code
	$(UV) run --frozen ruff format .
	$(UV) run --frozen ruff check --fix .

install: .venv/.installed bot/.venv/.installed ## Install both environments from their locks

train: install ## Train the assistant
	@$(UV) run --frozen loket train

clean: ## Remove environments, models and local state
	rm -rf .venv bot/.venv .uv models var

.venv/.installed: uv.lock pyproject.toml | uv
	@echo "== installing the service (about 0.8 GB, once)"
	@$(UV) sync --frozen
	@echo "== building the look-up tables that find names in texts (a minute or two, once)"
	@$(UV) run --frozen python -m loket.training.personal_data
	@touch $@

bot/.venv/.installed: bot/uv.lock bot/pyproject.toml | uv
	@echo "== installing the assistant (about 1.7 GB, once)"
	@$(UV) sync --frozen --project bot
	@touch $@

.PHONY: uv
uv:
	@command -v $(UV) >/dev/null || { echo "== installing uv"; python3 -m venv .uv && .uv/bin/pip install --quiet uv; }
