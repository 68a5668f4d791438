# `make` says what there is to make. INDEX=DIR after build or site: of the index in that folder.
# Not listed: spark knows SPARK_OPTIONS; parity PARITY_WORKERS=2, for a cluster on this machine; serve
# SERVE_OPTIONS="--port 8080".

PYTHON ?= python3
VENV := .venv
WAREHOUSE := warehouse/smart_city_index.duckdb
DRIVERS := .drivers/duckdb-1.3/ready .drivers/duckdb-1.4/ready .drivers/duckdb-2.0/ready

# Unit tests pass on Spark as well, but take as long as everything else together.
SPARK_OPTIONS ?= --exclude-resource-type unit_test

# What may differ with the engine; docs/decisions/tests.md says why the rest cannot.
ENGINE_TESTS := tests/engine $(addprefix tests/python/,test_connect.py test_contracts.py \
	test_data_tests_can_fail.py test_published_warehouse.py test_small_fields.py::test_recorded_marts \
	test_security.py::test_models_cannot_read_or_write_outside_the_seeds)
DUCKDB_2 := .drivers/duckdb-2.0

# What a lock pins comes with its hashes; the project itself comes last and downloads nothing.
# Wheels only, because a source archive runs code of its own to become one. The exceptions exist as
# source only: the setuptools of locks/installer.txt builds them, not one that pip would fetch. Python
# compiles what it imports, which is less than everything.
SOURCE_ONLY := pyspark,odfpy,wtforms-json,halo
INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile
INSTALL_LOCK := $(INSTALL) --require-hashes --only-binary :all: --no-binary $(SOURCE_ONLY) \
	--no-build-isolation --requirement
INSTALL_PROJECT := $(INSTALL) --no-index --no-deps --no-build-isolation --editable .

PYTEST := pytest --numprocesses 2 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help build check dev test pytest test-duckdb-2 spark parity java site serve test-site clients \
	lint docs lock audit sbom release clean

help: ## this list
	@echo "Times are those of two quiet cores, after the first run has set up what it needs."
	@awk -F ':.*## ' '/^##@/ {print "\n" substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' \
		$(firstword $(MAKEFILE_LIST))

##@ Use it
build: $(VENV)/build-ready ## check, compute, test and publish warehouse/smart_city_index.duckdb (25 s; first 90 s)
	@echo "==> Build the warehouse"
	@$(VENV)/bin/sci build $(if $(INDEX),--index "$(INDEX)") $(BUILD_OPTIONS)

site: $(VENV)/build-ready ## write the static site from the published file, into build/site (15 s)
	@$(VENV)/bin/sci site $(if $(INDEX),--index "$(INDEX)") $(SITE_OPTIONS)

serve: site ## the same, shown on http://127.0.0.1:8000
	@$(VENV)/bin/sci serve $(if $(INDEX),--index "$(INDEX)") $(SERVE_OPTIONS)

docs: $(VENV)/build-ready ## dbt's documentation as one page, target/static_index.html (1 min)
	$(VENV)/bin/dbt build --quiet --profiles-dir .
	$(VENV)/bin/dbt docs generate --static --profiles-dir .
	@echo "Open target/static_index.html in a browser."

# Not part of `make test`: the environments take 1.7 GB.
clients: .venv-clients/ready .venv-clients/node_modules .venv-superset/ready .venv-metricflow/ready | $(WAREHOUSE) ## start the clients of docs/connect.md on the published file (5 min; 1.7 GB)
	.venv-clients/bin/pytest tests/clients $(PYTEST_OPTIONS)

##@ Change it
check: lint ## before a commit: the same, and the input (45 s)
	@echo "==> The input"
	@$(VENV)/bin/sci check

dev: $(VENV)/build-ready | $(WAREHOUSE) ## MODEL=league_table: build a model alone, show which published rows change (10 s)
	@test "$(MODEL)" || { echo "Say which model: make dev MODEL=league_table, or MODEL=int_ranks+ with all that" \
		"reads it. Rows are compared in marts." >&2; exit 2; }
	$(VENV)/bin/dbt build --select "$(MODEL)"
	@echo "==> Rows of warehouse/ against the rows now"
	@$(VENV)/bin/sci diff $(WAREHOUSE) build/smart_city_index.duckdb --dbt-run target/run_results.json || test $$? = 1

# Windows differs in Python's own library alone: of packages, types are looked at once.
lint: $(VENV)/test-ready ## style and types of Python, style of SQL, conventions of dbt (40 s)
	@echo "==> Style and types of Python, style of SQL, conventions of dbt"
	$(VENV)/bin/ruff check --quiet
	$(VENV)/bin/ruff format --quiet --check
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy --platform win32 --follow-imports skip --no-warn-return-any src
	$(VENV)/bin/sqlfluff lint --processes 2 models tests/*.sql tests/input analyses \
		src/smart_city_index/site/queries
	$(VENV)/bin/dbt parse --quiet --target-path target/lint
	@if [ -x $(VENV)/bin/dbt-bouncer ]; then $(VENV)/bin/dbt-bouncer run --config-file dbt-bouncer.yml; \
	else echo "Left out: dbt-bouncer has no version for this Python."; fi

test: lint pytest ## style, types and all tests in Python (12 min)

pytest: $(VENV)/test-ready $(DRIVERS) ## the tests in Python alone (11 min); PYTEST_OPTIONS="-k diff"
	@echo "==> Tests in tests/python, with unit tests and data tests of dbt, on DuckDB 1.4, 1.5 and 2.0"
	$(VENV)/bin/$(PYTEST) tests/python $(PYTEST_OPTIONS)

##@ On other engines, and in a browser
# The driver of 2.0 goes before the pinned one.
test-duckdb-2: $(VENV)/test-ready $(DRIVERS) ## what depends on the engine, on DuckDB 2.0 (3 min)
	@echo "==> Compare DuckDB 2.0 with the pinned one, and test what depends on the engine"
	@if [ -d $(DUCKDB_2)/duckdb ]; then \
		PYTHONPATH=$(CURDIR)/$(DUCKDB_2) $(VENV)/bin/pytest $(ENGINE_TESTS) $(PYTEST_OPTIONS); \
	else echo "Left out: DuckDB 2.0 has no driver for this Python."; fi

spark: .venv-spark/ready ## build and test on Apache Spark, into build/spark (5 min; needs Java)
	@echo "==> Build on Apache Spark"
	.venv-spark/bin/sci spark $(SPARK_OPTIONS)

parity: $(VENV)/test-ready .venv-spark/ready ## build on DuckDB and on Spark, compare every row (3 min; needs Java)
	@echo "==> Build on DuckDB and on Spark, and compare"
	$(VENV)/bin/pytest tests/parity $(PYTEST_OPTIONS)

test-site: $(VENV)/test-ready $(VENV)/node_modules ## test the site in a browser (4 min; needs Chromium)
	$(VENV)/bin/python -m tests.site.prepare
	@echo "==> Tests of the site in a browser"
	$(VENV)/bin/$(PYTEST) tests/site $(SITE_TEST_OPTIONS)

##@ Keep it
# Packages in the locks stay at their versions as long as they fit, unless LOCK_OPTIONS=--upgrade.
PIN := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
	--no-header --no-annotate --no-strip-extras --only-binary :all: --no-binary $(SOURCE_ONLY) \
	--build-constraints locks/installer.txt $(LOCK_OPTIONS)

lock: .venv-lock/ready ## pin the dependencies of pyproject.toml in locks/; LOCK_OPTIONS=--upgrade: anew
	$(PIN) pyproject.toml --output-file locks/runtime.txt
	set -e; for name in build dev spark; do \
		$(PIN) pyproject.toml --group $$name --output-file locks/$$name.txt; done
	set -e; for name in installer clients superset metricflow duckdb-1.3 duckdb-1.4 duckdb-2 lock audit sbom; do \
		$(PIN) --group pyproject.toml:$$name --output-file locks/$$name.txt; done

# Every lock is looked at, even after one with findings; the last line names those that have any.
# Strict, because a package that could not be looked up would pass otherwise.
AUDIT := .venv-audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off
audit: .venv-audit/ready ## compare every lock with the known vulnerabilities (needs the network)
	@findings=; for lock in locks/*.txt; do \
		echo "== $$lock"; $(AUDIT) --requirement $$lock || findings="$$findings $$lock"; done; \
	if [ "$$findings" ]; then echo "Findings, or no answer:$$findings" >&2; exit 1; fi; \
	echo "No known vulnerability in any lock."

# What is shipped is what the project needs at run time. Its licences, as the packages spell them, must
# be permissive or weakly reciprocal (MPL: changes of its own files only); any other one is an error.
LICENCES := 3-Clause BSD License;Apache Software License;Apache-2.0;Apache-2.0 OR BSD-2-Clause;$\
	Artistic License;BSD License;BSD-2-Clause;BSD-3-Clause;MIT;MIT License;$\
	Mozilla Public License 2.0 (MPL 2.0);PSF-2.0
sbom: .venv-sbom/ready .venv-runtime/ready ## list what is shipped, with licences: build/sbom.cdx.json, build/licences.csv
	.venv-sbom/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml \
		--output-format JSON --output-file build/sbom.cdx.json .venv-runtime/bin/python
	.venv-sbom/bin/pip-licenses --python .venv-runtime/bin/python --from mixed --with-urls \
		--allow-only "$(LICENCES)" --format csv --output-file build/licences.csv

# The published files, the wheel with what it needs, and what shows where they come from.
release: build sbom ## everything that a release publishes, with checksums, into build/release
	rm -rf build/release
	mkdir build/release
	cp $(WAREHOUSE) locks/runtime.txt build/sbom.cdx.json build/licences.csv build/release
	cp warehouse/manifest.json build/release
	$(VENV)/bin/python -m zipfile --create build/release/parquet.zip \
		"warehouse/$$(sed -n 's/.*"directory": "\(.*\)".*/\1/p' warehouse/manifest.json)/parquet"
	$(VENV)/bin/hatchling build --target wheel --directory build/release
	cd build/release && sha256sum * > SHA256SUMS

# What somebody else has put into warehouse/ stays.
clean: ## remove everything that can be made again
	rm -rf .venv .venv-* .drivers target logs .pytest_cache .hypothesis .mypy_cache .ruff_cache
	rm -rf $(addprefix warehouse/,publications manifest.json smart_city_index.duckdb .publication.lock)
	rmdir warehouse 2>/dev/null || true
	find build -mindepth 1 ! -name .gitkeep -delete
	find . -name __pycache__ -prune -exec rm -rf {} +

# First in the recipe of an environment, which is named after a file in it. An environment without a pip
# that runs, which an interrupted attempt leaves, is made anew; one that cannot be made is removed, but
# for a directory that was there before and is none. The file comes last: with it all is installed. Every
# environment begins with the pinned pip.
define ENVIRONMENT
@rm -f $@
@$(@D)/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
	found=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2]); \
		sys.exit(sys.version_info < (3, 10))' 2>/dev/null) || { \
		echo "Python 3.10 or newer is needed, and $(PYTHON) is $${found:-none}: name another," \
			"for example make PYTHON=python3.13" >&2; exit 1; }; \
	if [ -e $(@D) ] && [ ! -e $(@D)/pyvenv.cfg ]; then clear=; else clear=--clear; fi; \
	$(PYTHON) -m venv $$clear $(@D) || { \
		[ -z "$$clear" ] || rm -rf $(@D); \
		echo "$(PYTHON) cannot make an environment in $(@D), see above. Debian and Ubuntu have the" \
			"module venv in a package of its own, python3-venv; where this folder is read-only," \
			"name another one, make VENV=DIR" >&2; exit 1; }; }
@$(@D)/bin/python $(INSTALL_LOCK) locks/installer.txt
endef

# One environment, of two levels: locks/dev.txt holds what locks/build.txt holds, and more.
$(VENV)/build-ready: locks/installer.txt locks/build.txt pyproject.toml
	$(ENVIRONMENT)
	@echo "==> Install what a build needs into $(VENV) (half a minute)"
	@$(VENV)/bin/python $(INSTALL_LOCK) locks/build.txt
	@$(VENV)/bin/python $(INSTALL_PROJECT)
	@touch $@

$(VENV)/test-ready: locks/installer.txt locks/dev.txt pyproject.toml
	$(ENVIRONMENT)
	@echo "==> Install what tests and linters need into $(VENV) (a minute)"
	@$(VENV)/bin/python $(INSTALL_LOCK) locks/dev.txt
	@$(VENV)/bin/python $(INSTALL_PROJECT)
	@touch $(VENV)/build-ready $@

# Before the environment, which is 720 MB.
java:
	@$(PYTHON) src/smart_city_index/java.py

.venv-spark/ready: | java

.venv-spark/ready .venv-clients/ready: .venv-%/ready: locks/%.txt locks/installer.txt pyproject.toml
	@echo "==> Install $< into .venv-$*"
	$(ENVIRONMENT)
	@.venv-$*/bin/python $(INSTALL_LOCK) $<
	@.venv-$*/bin/python $(INSTALL_PROJECT)
	@touch $@

.venv-superset/ready .venv-metricflow/ready .venv-lock/ready .venv-audit/ready .venv-sbom/ready: .venv-%/ready: locks/%.txt \
		locks/installer.txt
	@echo "==> Install $< into .venv-$*"
	$(ENVIRONMENT)
	@.venv-$*/bin/python $(INSTALL_LOCK) $<
	@touch $@

# Nothing but what is shipped, so that no pip gets into the list.
.venv-runtime/ready: locks/runtime.txt .venv-sbom/ready
	$(PYTHON) -m venv --clear --without-pip .venv-runtime
	.venv-sbom/bin/python $(subst -m pip,-m pip --python .venv-runtime/bin/python,$(INSTALL_LOCK)) $<
	@touch $@

# The type checker of the site's scripts, and DuckDB for Node.js; without npm their tests are left out.
$(VENV)/node_modules: tests/site/package-lock.json | $(VENV)/test-ready
.venv-clients/node_modules: tests/clients/package-lock.json | .venv-clients/ready
$(VENV)/node_modules .venv-clients/node_modules:
	@cp $(dir $<)package.json $< $(@D)
	@if command -v npm >/dev/null; then \
		npm ci --silent --no-audit --no-fund --ignore-scripts --prefix $(@D); fi
	@mkdir -p $@
	@touch $@

$(WAREHOUSE):
	$(MAKE) build

# DuckDB drivers of other versions, to prove which of them open the published file.
.drivers/duckdb-1.3/ready: locks/duckdb-1.3.txt
.drivers/duckdb-1.4/ready: locks/duckdb-1.4.txt
.drivers/duckdb-2.0/ready: locks/duckdb-2.txt
$(DRIVERS): | $(VENV)/test-ready
	@echo "==> Install $< into $(@D)"
	$(VENV)/bin/python $(INSTALL_LOCK) $< --no-deps --upgrade --target $(@D)
	@touch $@
