# make demo   three real PostgreSQL servers, registered on an embedded platform
# make test   everything that is checked
# make bench  how fast it is, as ratios
# make clean  takes away what the others made

SHELL := /bin/bash
ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
DEMO := $(ROOT).venv
TEST := $(ROOT).cache/venv
# The tools answer to their own environment alone, whatever is set outside.
ISOLATED := env -u PYTHONPATH -u PYTHONHOME -u ANSIBLE_CONFIG -u VIRTUAL_ENV PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$(ROOT)tests

.PHONY: demo test bench build clean venv-demo venv-test

demo: venv-demo
	@cd $(ROOT) && PATH="$(DEMO)/bin:$$PATH" $(ISOLATED) $(DEMO)/bin/python demo/demo.py

test: venv-test
	@cd $(ROOT) && PATH="$(TEST)/bin:$$PATH" $(ISOLATED) tests/tools/run-tests

bench: venv-test
	@cd $(ROOT) && PATH="$(TEST)/bin:$$PATH" $(ISOLATED) $(TEST)/bin/python tests/bench/bench.py

build: venv-demo
	@cd $(ROOT) && $(DEMO)/bin/ansible-galaxy collection build --force

clean:
	rm -rf $(ROOT).venv $(ROOT).cache $(ROOT).ansible $(ROOT)datasentinel-platform-*.tar.gz

venv-demo:
	@cd $(ROOT) && python=$$(tests/tools/find-python) && tests/tools/make-venv $(DEMO) "$$python" tests/requirements/demo.txt

venv-test:
	@cd $(ROOT) && python=$$(tests/tools/find-python) && tests/tools/make-venv $(TEST) "$$python" tests/requirements/test.txt && \
	  tests/tools/fetch-dependencies $(TEST)/bin/python .cache/dependencies
