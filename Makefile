PYTHON ?= .venv/bin/python
BIN = $(dir $(PYTHON))

.PHONY: test check format

test:
	python3 boot.py test

check:
	$(BIN)ruff check .
	$(BIN)ruff format --check .
	$(BIN)mypy
	$(BIN)lint-imports
	! grep -n '://' requirements.txt requirements-dev.txt

format:
	$(BIN)ruff check --fix .
	$(BIN)ruff format .
