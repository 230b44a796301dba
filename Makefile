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
	$(BIN)/pytest -q -n 2 --dist worksteal $(ARGS)

test-long: setup ## the tests that take minutes
	$(BIN)/pytest -q -n 2 --dist worksteal -m long $(ARGS)

check: setup ## style, types, layers, schema drift, documents
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright && $(BIN)/lint-imports --no-cache
	$(BIN)/wangge schema --check schema/schema.graphql && $(BIN)/wangge schema --register --check docs/data-register.md
	$(BIN)/python scripts/check_schema_changes.py
	$(BIN)/wangge workflows pages --check docs/workflows
	$(BIN)/python scripts/check_documents.py

fix: setup ## mend style and rewrite the committed schema, the data register and the page of changes
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	$(BIN)/wangge schema --output schema/schema.graphql && $(BIN)/wangge schema --register --output docs/data-register.md
	$(BIN)/python scripts/check_schema_changes.py --write
	$(BIN)/wangge workflows pages --output docs/workflows

schema-changes: setup ## write docs/schema-changes.md from the difference to the released schema
	$(BIN)/python scripts/check_schema_changes.py --write

release-schema: setup ## make the present schema the one that clients build on; for a new version only
	$(BIN)/python scripts/check_schema_changes.py --release

web: setup ## bundle GraphiQL and the map into the server, so that no other host is needed
	$(BIN)/python scripts/make_web.py

show-divisions: setup ## import a real district's divisions and read them back
	$(BIN)/python benchmarks/show_divisions.py

show-pingshan: setup ## import a real district's events by a mapping and read them back
	$(BIN)/python benchmarks/show_pingshan.py

show-week: setup ## a published week of a large city: its events in the tables, its rates computed by the service
	$(BIN)/python benchmarks/show_week.py

show-standards: setup ## import a real city's standards: every rule, and what each spelling of a time limit became
	$(BIN)/python benchmarks/show_standards.py

show-boston: setup ## import a real city's year of service requests and hold their timeliness against the record
	$(BIN)/python benchmarks/show_boston.py

show-registers: setup ## import a fictional town of 46,242 persons by one command, twice: make show-registers ARGS="--db URL"
	$(BIN)/python benchmarks/show_registers.py $(ARGS)

show-redivision: setup ## turn 44 groups of a generated town into 92 grids, undo it, and do it again: make show-redivision ARGS="--db URL"
	$(BIN)/python benchmarks/show_redivision.py $(ARGS)

show-offline: setup ## send 60 workers' day from offline twice, shuffled and cut at random, and compare: make show-offline ARGS="--workers 60"
	$(BIN)/python benchmarks/show_offline.py $(ARGS)

show-coverage: setup ## plant faults in the boundaries of a mesh of grids and find them all
	$(BIN)/python benchmarks/show_coverage.py

show-ground: setup ## lay out a real city in two layers and place a year's requests by position: make show-ground ARGS="--output FILE.csv"
	$(BIN)/python benchmarks/show_ground.py $(ARGS)

show-counties: setup ## import 156 real county polygons, name the invalid ones, and say how well neighbours fit
	$(BIN)/python benchmarks/show_counties.py

show-mesh: setup ## the grid of a position among 200,000, on both databases: how long, and whether exact: make show-mesh ARGS="--quick"
	$(BIN)/python benchmarks/show_mesh.py $(ARGS)

show-map: setup ## the map of a city of 20,164 grids: what it opens with, and tiles a second
	$(BIN)/python benchmarks/show_map.py $(ARGS)

show-campaign: setup ## check 200,000 generated persons in, by list and by scanning, with lost answers: make show-campaign ARGS="--db URL"
	$(BIN)/python benchmarks/show_campaign.py $(ARGS)

show-year: setup ## a seeded year of the demo town, its figures counted again from the exported tables: make show-year ARGS="--months 3"
	$(BIN)/python benchmarks/show_year.py $(ARGS)

show-timers: setup ## two processes ring 1,000 due timers, one is killed in the middle: none is missed, none rings twice
	$(BIN)/python benchmarks/show_timers.py

bench-import: setup ## rows per second of an import of 100,000 generated events
	$(BIN)/python benchmarks/bench_import.py $(ARGS)

bench-read: setup ## reads beside PostGraphile, bare SQL and the usual way: make bench-read ARGS="--quick"
	$(BIN)/python benchmarks/bench_read.py $(ARGS)

bench-write: setup ## reports and moves a second beside the plain inserts of the same rows: make bench-write ARGS="--quick"
	$(BIN)/python benchmarks/bench_write.py $(ARGS)

bench-campaign: setup ## check-ins of a campaign by one and by eight clients: make bench-campaign ARGS="--quick"
	$(BIN)/python benchmarks/bench_campaign.py $(ARGS)

bench-indicators: setup ## a year's dashboard of indicators: time and size against the size of the town: make bench-indicators ARGS="--quick"
	$(BIN)/python benchmarks/bench_indicators.py $(ARGS)

bench-live: setup ## a thousand subscribers while events change: make bench-live ARGS="--sqlite"
	$(BIN)/python benchmarks/bench_live.py $(ARGS)

bench-duties: setup ## due lists of towns of three sizes: make bench-duties ARGS="--quick"
	$(BIN)/python benchmarks/bench_duties.py $(ARGS)

bench-growth: setup ## the time of each question on towns of three sizes
	$(BIN)/python benchmarks/bench_growth.py $(ARGS)

conformance: setup ## ask other people's clients and audits: make conformance CASES=500
	$(BIN)/python conformance/run.py --cases $(or $(CASES),10000) $(ARGS)

.PHONY: conformance help setup demo test test-long check fix schema-changes release-schema web show-divisions show-pingshan show-registers show-week show-standards show-boston show-coverage show-redivision show-offline show-ground show-counties show-mesh show-map show-campaign show-year show-timers bench-import bench-read bench-write bench-campaign bench-indicators bench-live bench-duties bench-growth
