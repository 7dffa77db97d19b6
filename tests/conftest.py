# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All tests work on the collection as users get it: built, and installed from its tarball, once a session."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

# ansible-test reads no pytest.ini, which says that the tests' own packages are beside this file.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from embedded.collection import ROOT, install
from embedded.postgres import PostgresServers
from embedded.server import Platform
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

# Until the tests are collected, nothing becomes garbage; what is there then stays, and is not looked through again and again.
gc.disable()

#: Where the first process of a session has installed the collection, for the workers of pytest-xdist.
COLLECTIONS = "DATASENTINEL_TEST_COLLECTIONS"
first_process = COLLECTIONS not in os.environ
#: Whether `ansible-test units` runs them: in a copy of the collection, which is where Ansible looks for it, and in an environment of its own.
ansible_test = "ansible_pytest_collections" in os.environ.get("PYTEST_PLUGINS", "")
if ansible_test:
    os.environ[COLLECTIONS] = str(ROOT.parents[2])
    first_process = False

# What the shell of whoever runs the tests holds is not for the tests; a proxy is left to pip alone.
for name in list(os.environ):
    if name != COLLECTIONS and name.startswith("DATASENTINEL_" if ansible_test else ("ANSIBLE_", "DATASENTINEL_")):
        del os.environ[name]
# Nor is that it may have been started in the background: what a shell starts there ignores Ctrl-C, with all that is started from it.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

# Now, not in a hook: the conftest files below import from it.
if first_process:
    os.environ[COLLECTIONS] = tempfile.mkdtemp(prefix="datasentinel-tests-")
    install(Path(os.environ[COLLECTIONS]))
# Other collections that tests use are fetched by tests/tools/fetch-dependencies.
if not ansible_test:
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = os.pathsep.join([os.environ[COLLECTIONS], str(ROOT / ".cache/dependencies")])
# The tests' own ansible, also where pytest was started by the path of its Python.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
sys.path.insert(0, os.environ[COLLECTIONS])

# The same examples each time, and none given up because a machine is slow; nothing of it at the top of the checkout.
set_hypothesis_home_dir(ROOT / ".cache/hypothesis")
settings.register_profile("tests", derandomize=True, deadline=None, database=None)
# ansible-test forks for each test, and the same tests run with all their examples elsewhere.
settings.register_profile("ansible-test", settings.get_profile("tests"), max_examples=10)
settings.load_profile("ansible-test" if ansible_test else "tests")


def pytest_collection_finish():
    gc.freeze()
    gc.enable()


def pytest_unconfigure():
    if first_process:
        shutil.rmtree(os.environ.pop(COLLECTIONS), ignore_errors=True)


@pytest.fixture(scope="session")
def http_platform(tmp_path_factory):
    """An embedded platform over plain HTTP; `platform` is the same, as a test wants to find it."""
    with Platform(tmp_path_factory.mktemp("platform") / "state.sqlite") as running:
        yield running


@pytest.fixture
def platform(http_platform):
    """An embedded platform over plain HTTP, without connections, faults or calls in its journal."""
    http_platform.reset()
    return http_platform


@pytest.fixture(scope="session")
def tls_platform(tmp_path_factory):
    """An embedded platform over HTTPS."""
    folder = tmp_path_factory.mktemp("tls-platform")
    with Platform(folder / "state.sqlite", tls=True, ca_dir=folder) as running:
        yield running


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL server, ready to be monitored."""
    with PostgresServers(1) as servers:
        yield servers[0]
