# make demo      three real PostgreSQL servers, registered on an embedded platform, and again: nothing is left to do
# make platform  an embedded platform and two PostgreSQL servers to try things out with, until Ctrl-C
# make test      all checks
# make lint      the gates of the ecosystem alone: sanity, ansible-lint, galaxy-importer, types, style; some: make lint GATES="mypy ruff"
# make test-all  unit and integration tests on every supported ansible-core, with every Python and requests
# make conformance  whether a real platform does what this collection expects: see docs/conformance.md
# make docs      the guides and the reference as a site: .cache/docs/html/index.html
# make bench     how fast it is, into docs/performance.md; a short run: make bench QUICK=1
# make pictures  the pictures of README and guides anew, from real runs: docs/pictures
# make mutants   whether the tests notice when the code is changed
# make build     the collection's tarball
# make changelog    a release's entry in the changelog, from changelogs/fragments
# make clean     removes what the others made
# make help      this list

SHELL := /bin/bash

# All names below are relative to the checkout, since make splits a path with spaces; so this has to be the checkout.
ifneq ($(strip $(MAKEFILE_LIST)) $(realpath Makefile) $(wildcard galaxy.yml),Makefile $(realpath .)/Makefile galaxy.yml)
$(error Run make in the folder of the checkout: make -C FOLDER TARGET)
endif

# Only the environments below count, whatever is set outside.
unexport PYTHONPATH PYTHONHOME ANSIBLE_CONFIG VIRTUAL_ENV
DEMO := PATH="$$PWD/.venv/bin:$$PATH" PYTHONPATH="$$PWD/tests"
TEST := PATH="$$PWD/.cache/venv/bin:$$PATH" PYTHONPATH="$$PWD/tests"

.PHONY: help demo platform test lint test-all conformance docs bench pictures mutants build changelog clean venv-demo venv-test dependencies

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

demo: venv-demo
	@$(DEMO) .venv/bin/python demo/demo.py

platform: dependencies
	@$(DEMO) .venv/bin/python demo/playground.py

test: venv-test
	@$(TEST) .cache/venv/bin/python tests/tools/run_tests.py

lint: venv-test
	@tests/tools/lint $(GATES)

test-all: venv-test
	@$(TEST) tests/tools/test-all

conformance: venv-demo
	@$(DEMO) .venv/bin/python -m conformance

docs:
	@python=$$(tests/tools/find-python) && tests/tools/make-venv .cache/venv-docs "$$python" tests/requirements/docs.txt
	@PATH="$$PWD/.cache/venv-docs/bin:$$PATH" docs/docsite/build .cache/docs
	@echo "The site: .cache/docs/html/index.html"

bench:
	@PYTHONPATH="$$PWD/tests" tests/bench/run

pictures:
	@python=$$(tests/tools/find-python) && tests/tools/make-venv .cache/venv-pictures "$$python" tests/requirements/pictures.txt
	@tests/tools/fetch-browser .cache/browser
	@PATH="$$PWD/.cache/venv-pictures/bin:$$PATH" PYTHONPATH="$$PWD/tests" .cache/venv-pictures/bin/python -m pictures

mutants: venv-test
	@$(TEST) tests/tools/mutants

build: venv-demo
	@ANSIBLE_HOME="$$PWD/.cache/ansible" .venv/bin/python .venv/bin/ansible-galaxy collection build --force

changelog: venv-test
	@tests/tools/changelog

clean:
	rm -rf .venv .cache .ansible datasentinel-platform-*.tar.gz
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv-demo:
	@python=$$(tests/tools/find-python) && tests/tools/make-venv .venv "$$python" tests/requirements/demo.txt

dependencies: venv-demo
	@tests/tools/fetch-dependencies .venv/bin/python .cache/dependencies

venv-test:
	@python=$$(tests/tools/find-python) && tests/tools/make-venv .cache/venv "$$python" tests/requirements/test.txt && \
	  tests/tools/fetch-dependencies .cache/venv/bin/python .cache/dependencies
