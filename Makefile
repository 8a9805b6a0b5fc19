# One environment, made once from the hashed lock; every target below uses it and nothing else on the machine.

CONTRACT ?= plads_til_forskel
FITS := -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3 python,$(shell $(name) $(FITS) && echo $(name))))

BIN := .venv/bin
READY := .venv/installed
# A file of tests stays in one process, which has servers of its own; beyond four there are more servers than gain. One thread
# each for linear algebra: on as many cores as processes a second one only waits for the first.
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: demo ui ui-stop test quick soak lint reference examples secrets audit lock clean

demo: $(READY)  ## rehearse a contract from deliveries to statements on a real Airflow
	$(BIN)/maalbar demo $(CONTRACT)

ui: $(READY)  ## leave that Airflow running, with approvals open for people
	$(BIN)/maalbar ui $(CONTRACT)

ui-stop: $(READY)
	$(BIN)/maalbar ui-stop

test: lint  ## every test
	$(PYTEST)

quick: $(READY)  ## the tests that take seconds
	$(PYTEST) -m "not e2e and not slow"

soak: $(READY)  ## 50 backfills, every service killed in each; goes on where it was stopped
	$(BIN)/python -m benchmarks.soak 50

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

reference: $(READY)  ## make the contract reference, the JSON Schema, the named persons and the delivery specification anew
	$(BIN)/maalbar schema > docs/contract.schema.json
	$(BIN)/maalbar schema --reference > docs/contract-reference.md
	$(BIN)/maalbar schema --persons > docs/named-persons.md
	$(BIN)/maalbar specification investments/plads_til_forskel.yaml > docs/examples/leverancespecifikation.md

examples: $(READY)  ## make the documents under docs/examples anew, from a rehearsal of the same persons and days
	$(BIN)/maalbar rehearse plads_til_forskel --years -6 --people 1000 --seed 2027 --out docs/examples

secrets: $(READY)  ## draw what docker-compose.yml asks for into .env, which git does not see; what stands there stays
	$(BIN)/maalbar new-secrets .env

audit: $(READY)  ## ask PyPI for known vulnerabilities of what is locked; fails where there are any, or nobody answers
	$(BIN)/uv tool run pip-audit@2.10.1 --strict --disable-pip --require-hashes --requirement requirements.lock

lock: $(READY)  ## resolve pyproject.toml anew
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --extra dev --extra spark --no-header \
		--upgrade pyproject.toml -o requirements.lock

clean:  ## the environment and all state of the demonstrations
	$(BIN)/maalbar ui-stop 2>/dev/null || true
	rm -rf .venv .maalbar

# uv is the only package that pip installs, checked by the hashes that the lock has for it.
$(READY): requirements.lock pyproject.toml
	@$(or $(PYTHON),false) $(FITS) || { echo "error: no Python 3.11, 3.12 or 3.13 with venv and pip here" \
		"— install one, or name it: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	awk '/^uv==/{p=1} p{print} p&&!/\\$$/{exit}' requirements.lock > .venv/uv.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	@echo "installing the pinned environment into .venv"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@
