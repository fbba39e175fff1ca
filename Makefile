# Every command of this project. Needs Python 3.11, bash and make; all else is fetched into .venv/ and var/.
SHELL := /bin/bash
PY := .venv/bin/python
VENV_STAMP := .venv/.installed

# Without bytecode every command would compile Airflow afresh (seconds each time).
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONHOME
unexport PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help venv demo up test unit sandbox sweep bench lock sbom audit lint env compose-test manual clean

help: ## list these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Ports: AIRFLOW_PORT (8080), POSTGRES_PORT (54329), SANDBOX_PORT (8700), e.g. AIRFLOW_PORT=9090 make up"

demo: venv ## a practice's day through the real DAGs: post, take payments, import, reconcile; then the summary
	@$(PY) -m ops.demo

up: venv ## the whole system with Airflow's UI and schedules, until Ctrl-C
	@$(PY) -m ops.up

sandbox: venv ## the QuickBooks sandbox alone, in the foreground
	@$(PY) -m ops.sandbox

test: venv ## all tests, style and types included
	@bash ops/fetch-chromium
	@bash ops/fetch-nginx
	@$(PY) -m pytest -n 4 --dist loadfile

unit: venv ## the tests that need no service: seconds
	@$(PY) -m pytest -q tests/unit tests/golden sandbox/tests -m "not (airflow or browser or postgres or sandbox or slow)"

sweep: venv ## the long proofs: 20,000 random invoices to the cent, a crash at every instant (hours)
	@bash ops/long-proofs

bench: venv ## the benchmarks in their short form; writes the table of the README
	@$(PY) -m benchmarks

env: ## .env for docker-compose.yaml, with a new secret for each place; one that is there is left alone
	@bash ops/compose/make-env

compose-test: venv ## docker-compose.yaml brought up for real, used for a day, broken, checked (where Docker can be had)
	@$(PY) -m ops.compose_test

manual: venv ## the manual as a site, from docs/: var/manual/index.html
	@NO_MKDOCS_2_WARNING=1 PYTHONPATH=ops/manual .venv/bin/mkdocs build --quiet --strict --config-file ops/manual/mkdocs.yml
	@echo "var/manual/index.html"

lint: venv ## style, layout and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@cd sandbox && ../.venv/bin/mypy

lock: .venv/bin/uv ## resolve the declared dependencies into the committed lock files
	@.venv/bin/uv pip compile --generate-hashes --no-strip-extras --no-annotate pyproject.toml -o requirements.txt
	@.venv/bin/uv pip compile --generate-hashes --no-strip-extras --no-annotate requirements-dev.in -c requirements.txt -o requirements-dev.txt
	@.venv/bin/uv pip compile --generate-hashes --no-strip-extras --no-annotate sandbox/pyproject.toml -c requirements-dev.txt -o requirements-sandbox.txt
	@$(PY) -m ops.lock requirements.txt requirements-dev.txt requirements-sandbox.txt

sbom: venv ## what the product consists of, in CycloneDX: var/sbom.json
	@$(PY) -m ops.sbom

audit: .venv/bin/uv ## known vulnerabilities of the locked packages, by pip-audit, where it can be asked
	@bash ops/audit

clean: ## remove .venv/ and var/, the local databases included
	@bash ops/clean

venv: $(VENV_STAMP)

$(VENV_STAMP): requirements-dev.txt pyproject.toml sandbox/pyproject.toml ops/setup-venv
	@bash ops/setup-venv

.venv/bin/uv:
	@bash ops/setup-venv
