# make demo   sets up and runs the main job        make test   sets up and passes the tests
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lock clean

demo: .venv/run
	$(BIN)/aldesim run high-dose-melanoma

test: .venv/dev check
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

# Wheels only and every hash checked: no compiler, no surprises.
.venv/run: requirements/run.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/run.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

.venv/dev: requirements/dev.lock .venv/run
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/dev.lock
	touch $@

# uv.lock is the source; the two pip files are exported from it.
lock: .venv/dev
	$(BIN)/uv lock --quiet
	$(BIN)/uv export --quiet --frozen --no-dev --no-emit-project --no-header -o requirements/run.lock
	$(BIN)/uv export --quiet --frozen --no-emit-project --no-header -o requirements/dev.lock

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis runs
