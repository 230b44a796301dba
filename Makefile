# Each target sets itself up; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := core schema server plugins/urban plugins/scenic plugins/rural plugins/maritime
ARGS ?=

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/ —/'

.venv/.made: $(addsuffix /pyproject.toml,$(PACKAGES)) pyproject.toml constraints.txt
	@$(PYTHON) scripts/make_venv.py .venv constraints.txt $(PACKAGES) && touch $@

setup: .venv/.made ## make .venv with everything in it, `wangge` included

demo: setup ## fill a fictional town and serve it: make demo ARGS="--port 9000"
	$(BIN)/wangge demo $(ARGS)

test: setup ## run the tests on SQLite and PostgreSQL
	$(BIN)/pytest -q $(ARGS)

test-long: setup ## the tests that take minutes
	$(BIN)/pytest -q -m long $(ARGS)

check: setup ## style, types, layers, schema drift, documents
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright && $(BIN)/lint-imports --no-cache
	$(BIN)/wangge schema --check schema/schema.graphql && $(BIN)/python scripts/check_documents.py

fix: setup ## mend style and rewrite the committed schema
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIN)/wangge schema > schema/schema.graphql

web: setup ## bundle GraphiQL into the server, so that no CDN is needed
	$(BIN)/python scripts/make_web.py

show-divisions: setup ## import a real district's divisions and read them back
	$(BIN)/python benchmarks/show_divisions.py

show-pingshan: setup ## import a real district's events by a mapping and read them back
	$(BIN)/python benchmarks/show_pingshan.py

bench-import: setup ## rows per second of an import of 100,000 generated events
	$(BIN)/python benchmarks/bench_import.py $(ARGS)

.PHONY: help setup demo test test-long check fix web show-divisions show-pingshan bench-import
