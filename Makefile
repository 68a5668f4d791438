# make build   set up and build the warehouse into warehouse/
# make build INDEX=../my_index   the same for an index in a folder of its own, into its warehouse/
# make test    set up and run every test
# make test-duckdb-2   the same with DuckDB 2.0 as the engine
# make spark   build and test on Apache Spark instead, into build/spark (needs Java)
# make parity  build on DuckDB and on Spark and compare every row (needs Java)
# make site    build the static site from the published file, into build/site
# make serve   the same, shown on http://127.0.0.1:8000 (SERVE_OPTIONS="--port 8080")
# make test-site   build the site and test it in a browser (needs Chromium)
# make clients start the clients of docs/connect.md on the published file
# make lint    check SQL style
# make docs    write dbt's documentation as one page, target/static_index.html
# make lock    pin the dependencies anew after a change of requirements*.in
# make audit   compare the pinned packages with the known vulnerabilities (needs the network)
# make clean   remove everything that can be made again

PYTHON ?= python3
VENV := .venv
SPARK_VENV := .venv-spark
SITE_VENV := .venv-site
SITE_TEST_VENV := .venv-site-test
CLIENT_VENVS := .venv-clients .venv-superset
DRIVER_1_3 := .drivers/duckdb-1.3
DRIVER_1_4 := .drivers/duckdb-1.4
DRIVER_2_0 := .drivers/duckdb-2.0

ENGINE_INDEPENDENT_TESTS := test_build_safety.py test_campaigns.py test_input_gate.py

# Unit tests pass on Spark as well, but take as long as everything else together.
SPARK_OPTIONS ?= --exclude-resource-type unit_test

WAREHOUSE := warehouse/smart_city_index.duckdb

.PHONY: build test spark parity site serve test-site clients lint docs lock audit clean test-duckdb-2

build: $(VENV)/build-ready
	$(VENV)/bin/python scripts/build.py $(if $(INDEX),--index "$(INDEX)")

test: $(VENV)/test-ready $(DRIVER_1_3)/ready $(DRIVER_1_4)/ready $(DRIVER_2_0)/ready
	$(VENV)/bin/sqlfluff lint --processes 2 models tests/*.sql analyses dashboard/queries
	$(VENV)/bin/pytest --numprocesses 2 --dist worksteal tests/python $(PYTEST_OPTIONS)

spark: $(SPARK_VENV)/ready
	$(SPARK_VENV)/bin/python scripts/build_spark.py $(SPARK_OPTIONS)

parity: $(VENV)/test-ready $(SPARK_VENV)/ready
	$(VENV)/bin/pytest tests/parity $(PYTEST_OPTIONS)

site: $(SITE_VENV)/ready
	$(SITE_VENV)/bin/python dashboard/build_site.py $(SITE_OPTIONS)

serve: site
	$(SITE_VENV)/bin/python dashboard/serve.py $(SERVE_OPTIONS)

test-site: $(SITE_TEST_VENV)/ready $(SITE_TEST_VENV)/node_modules | $(WAREHOUSE)
	$(SITE_TEST_VENV)/bin/python dashboard/build_site.py
	$(SITE_TEST_VENV)/bin/pytest --numprocesses 2 --dist worksteal tests/site $(SITE_TEST_OPTIONS)

# Not part of `make test`: the environments take 1.7 GB.
clients: $(CLIENT_VENVS:%=%/ready) | $(WAREHOUSE)
	.venv-clients/bin/pytest tests/clients $(PYTEST_OPTIONS)

lint: $(VENV)/test-ready
	$(VENV)/bin/sqlfluff lint --processes 2 models tests/*.sql analyses dashboard/queries

docs: $(VENV)/build-ready
	$(VENV)/bin/dbt build --quiet --profiles-dir .
	$(VENV)/bin/dbt docs generate --static --profiles-dir .
	@echo "Open target/static_index.html in a browser."

# The same tests with DuckDB 2.0 as the engine of the build; bad input is not tested twice.
test-duckdb-2:
	$(MAKE) test VENV=.venv-duckdb-2 ENGINE_PIN=requirements-duckdb-2.txt \
		PYTEST_OPTIONS="$(addprefix --ignore tests/python/,$(ENGINE_INDEPENDENT_TESTS))"

clean:
	rm -rf $(VENV) $(SPARK_VENV) $(SITE_VENV) $(SITE_TEST_VENV) $(CLIENT_VENVS) .venv-duckdb-2 \
		.drivers target logs warehouse .pytest_cache .hypothesis
	find build -mindepth 1 ! -name .gitkeep -delete
	find . -name __pycache__ -prune -exec rm -rf {} +

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet uv
	for name in requirements requirements-dev requirements-spark requirements-site \
			requirements-site-test requirements-clients requirements-superset; do \
		.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.10 --upgrade \
			--generate-hashes --no-header --no-annotate --no-strip-extras \
			$$name.in --output-file $$name.txt; \
	done
	rm -rf .venv-lock

audit:
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/pip install --quiet pip-audit
	.venv-audit/bin/pip-audit --disable-pip --requirement requirements-dev.txt \
		--requirement requirements-site.txt
	rm -rf .venv-audit

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || { \
		echo "python3 -m venv failed: install the venv module (Debian: python3-venv)." >&2; exit 1; }

$(VENV)/build-ready: requirements.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements.txt
	touch $@

$(VENV)/test-ready: requirements-dev.txt $(ENGINE_PIN) | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements-dev.txt
	$(if $(ENGINE_PIN),$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --no-deps --requirement $(ENGINE_PIN))
	touch $(VENV)/build-ready $@

$(SPARK_VENV)/ready: requirements-spark.txt
	$(PYTHON) scripts/check_java.py
	$(PYTHON) -m venv $(SPARK_VENV)
	$(SPARK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements-spark.txt
	touch $@

$(SITE_VENV)/ready $(SITE_TEST_VENV)/ready $(CLIENT_VENVS:%=%/ready): .venv-%/ready: requirements-%.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement $<
	touch $@

# The type checker of the site's scripts, where there is npm; without it one test is left out.
$(SITE_TEST_VENV)/node_modules: tests/site/package-lock.json | $(SITE_TEST_VENV)/ready
	cp tests/site/package.json tests/site/package-lock.json $(SITE_TEST_VENV)
	if command -v npm >/dev/null; then \
		npm ci --silent --no-audit --no-fund --ignore-scripts --prefix $(SITE_TEST_VENV); fi
	mkdir -p $@
	touch $@

$(WAREHOUSE):
	$(MAKE) build

# DuckDB drivers of other versions, to prove which of them open the published file.
$(DRIVER_1_3)/ready $(DRIVER_1_4)/ready: .drivers/duckdb-%/ready: requirements-duckdb-%.txt \
		| $(VENV)/test-ready
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--no-deps --upgrade --target $(@D) --requirement $<
	touch $@

$(DRIVER_2_0)/ready: requirements-duckdb-2.txt | $(VENV)/test-ready
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--no-deps --upgrade --target $(@D) --requirement $<
	touch $@
