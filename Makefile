.DEFAULT_GOAL := help
SHELL := /bin/sh
MANAGE := .venv/bin/python manage.py
# Checks look at what production would run, with settings that production would accept.
CHECK_ENV := SECRET_KEY=only-for-checks-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH DATABASE_URL=sqlite://:memory: EMAIL_URL=smtp+tls://user:password@localhost:587

.PHONY: help run test fuzz check format seed lock dev docs aimock clean

help: ## Show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## Start LearnQuest with a demo community (PORT=8000)
	@bin/run

test: ## Run all tests on PostgreSQL and on SQLite (ARGS="-k goal")
	@bin/bootstrap requirements-dev.txt
	@.venv/bin/python tests/run.py $(ARGS)

fuzz: ## Send the API thousands of odd requests (CASES=10000)
	@bin/bootstrap requirements-dev.txt
	@.venv/bin/python -m tests.fuzz --cases $${CASES:-10000}

check: ## Lint, types, layers, migrations, deployment, drift of generated files
	@bin/bootstrap requirements-dev.txt
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djade --check --target-version 6.0 $$(git ls-files 'templates/*.html')
	.venv/bin/lint-imports --no-cache
	.venv/bin/mypy .
	$(CHECK_ENV) $(MANAGE) makemigrations --check --dry-run
	$(CHECK_ENV) $(MANAGE) check --deploy --fail-level WARNING
	$(CHECK_ENV) $(MANAGE) export_openapi --check
	$(CHECK_ENV) $(MANAGE) export_schema --check
	$(CHECK_ENV) .venv/bin/python -m tests.access_document --check

format: ## Put code and templates into shape
	@bin/bootstrap requirements-dev.txt
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	-.venv/bin/djade --target-version 6.0 $$(git ls-files 'templates/*.html')

seed: ## Make the demo community in the database that make run uses
	@bin/run --seed-only

lock: ## Compile requirements*.txt from pyproject.toml
	@bin/bootstrap requirements-dev.txt
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.12 pyproject.toml -o requirements.txt
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.12 --group dev pyproject.toml -c requirements.txt -o requirements-dev.txt

dev: ## Start Django's own server with DEBUG, which reloads on changes
	@bin/bootstrap requirements-dev.txt
	DEBUG=true DEMO=true $(MANAGE) runserver 127.0.0.1:$${PORT:-8000}

docs: ## Write the generated documents anew
	$(CHECK_ENV) $(MANAGE) export_openapi
	$(CHECK_ENV) $(MANAGE) export_schema
	$(CHECK_ENV) .venv/bin/python -m tests.access_document

aimock: ## Fetch another model server, which some tests of the coach ask (needs Node and npm)
	npm install --prefix var/aimock --ignore-scripts --no-audit --no-fund --no-save --fetch-retries=1 --fetch-timeout=20000 @copilotkit/aimock@1.43.0

clean: ## Remove the virtual environment and what a run left behind
	rm -rf .venv var
