# Everything runs in .venv, which is made from the lock files by the first command that needs it.

SHELL := bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --only-binary :all: --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url --quiet
KEY = $$($(BIN)/python -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes($(1))).decode())")

# A dozen processes import the same modules: each would compile them for seconds where what they compile is not kept.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run example test bench check format lock venv runtime development

help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: runtime ## Serve everything at http://127.0.0.1:8000/ until Ctrl-C; PORT, STRIKEBOOK_DATA, STRIKEBOOK_DEMO=0
	@exec $(BIN)/python manage.py serve

example: development ## Tell the story of a covered call to a running server, with alpaca-py; ARGS="--url …"
	@$(BIN)/python examples/covered_call.py $(ARGS)

test: development ## Run the tests; ARGS="-k covered_call" chooses
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: development ## Measure with 1,000 and with 100,000 accounts, and write docs/benchmarks.md; ARGS="--quick"
	@$(BIN)/python -m bench $(ARGS)

check: export STRIKEBOOK_DATA := .data-test/check
check: development ## Do what CI does: format, lint, types, migrations, deployment, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	@echo "manage.py check --deploy, in production mode"
	@STRIKEBOOK_MODE=production ALLOWED_HOSTS=strikebook.example \
	SECRET_KEY=$(call KEY,48) FIELD_ENCRYPTION_KEY=$(call KEY,32) LOOKUP_KEY=$(call KEY,32) \
	DATABASE_URL=postgres://strikebook@database.example/strikebook CELERY_BROKER_URL=redis://broker.example/0 \
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(MAKE) --no-print-directory test

format: development ## Format the code, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: venv ## Pin again what pyproject.toml allows; UPGRADE=--upgrade takes the newest
	@$(BIN)/python -m pip install --quiet uv
	$(COMPILE) $(UPGRADE) --output-file requirements.lock
	$(COMPILE) $(UPGRADE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

venv:
	@$(BIN)/python -c "" 2>/dev/null || { \
		$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" \
			|| { echo "Strikebook needs Python 3.11 or newer: make PYTHON=/path/to/python3 …"; exit 1; }; \
		echo "Making $(VENV)…"; \
		$(PYTHON) -m venv --clear $(VENV); \
	}

runtime: venv
	@cmp -s requirements.lock $(VENV)/requirements.lock || $(call install,requirements.lock)

development: venv
	@cmp -s requirements-dev.lock $(VENV)/requirements-dev.lock || $(call install,requirements-dev.lock)

# Installs lock file $(1), names each package as it comes, and keeps a copy to compare with next time.
define install
{ set -o pipefail; \
	echo "Installing $$(grep -c '==' $(1)) packages:"; \
	$(BIN)/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
		--only-binary :all: --require-hashes --requirement $(1) \
	| awk '/^Collecting/ { sub(/==.*/, "", $$2); printf "%s ", $$2; fflush() } \
		/^Installing collected/ { printf "\nUnpacking them…\n"; fflush() }' \
	&& cp $(1) $(VENV)/; }
endef
