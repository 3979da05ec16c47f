PYTHON ?= .venv/bin/python
BIN = $(dir $(PYTHON))

.PHONY: test check format

test:
	python3 boot.py test

check: export SECRET_KEY = for-the-checks-only-0123456789-abcdefghijklmnopqrstuvwxyz
check: export TOLLBOOK_CREDENTIAL_KEYS = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
check:
	$(BIN)ruff check providers tests/providers tests/upstream
	$(BIN)ruff format --check providers tests/providers tests/upstream
	$(BIN)mypy -p providers
	$(BIN)lint-imports --no-logo
	$(PYTHON) manage.py makemigrations providers --check --dry-run --skip-checks
	! grep -n '://' requirements.txt requirements-dev.txt

format:
	$(BIN)ruff check --fix .
	$(BIN)ruff format .
