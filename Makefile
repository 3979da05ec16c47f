PYTHON ?= .venv/bin/python
BIN = $(dir $(PYTHON))

.PHONY: run demo test check format bench drill properties messages screenshots

run demo test:
	python3 boot.py $@

# The settings want secrets even where nothing is encrypted; check --deploy wants a deployment.
check: export SECRET_KEY = for-the-checks-only-0123456789-abcdefghijklmnopqrstuvwxyz
check: export TOLLBOOK_CREDENTIAL_KEYS = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
check: export TOLLBOOK_PUBLIC_URL = https://tollbook.example.org
check: export TOLLBOOK_TRUSTED_PROXIES = 1
check:
	$(BIN)ruff check .
	$(BIN)ruff format --check .
	$(BIN)mypy
	$(BIN)lint-imports --no-logo
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py check --deploy --fail-level WARNING
	$(PYTHON) -m tests.translations check
	! grep -n '://' requirements.txt requirements-dev.txt
	test -z "$$(git ls-files --cached --ignored --exclude-standard)"

format:
	$(BIN)ruff check --fix .
	$(BIN)ruff format .

messages: export SECRET_KEY = for-the-catalogue-only
messages: export TOLLBOOK_CREDENTIAL_KEYS = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
messages:
	$(PYTHON) -m tests.translations update

bench:
	$(PYTHON) -m benchmarks

# make drill DRILL="--blows 100 --seed 7"
drill:
	$(PYTHON) -m tests.drill $(DRILL)

properties: export HYPOTHESIS_PROFILE ?= long
properties:
	$(PYTHON) -m pytest tests/properties/test_mirror.py

screenshots:
	$(PYTHON) -m tests.browser.screenshots
