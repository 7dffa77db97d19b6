# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.datasentinel.platform.plugins.plugin_utils._audit_page import as_html
from embedded.collection import ROOT
from support.playbook import Ansible, access_by_password

from audit.browser import AXE, Browser


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


@pytest.fixture(scope="session")
def schema():
    """The JSON schema that the collection ships."""
    return json.loads((ROOT / "playbooks/files/audit.schema.json").read_text())


@pytest.fixture(scope="session")
def running_browser():
    """One browser for all tests."""
    if Browser.executable is None:
        pytest.skip("there is no Chromium here: apt-get install chromium-headless-shell (tests/tools/fetch-browser does it for root)")
    with Browser() as browser:
        yield browser


@pytest.fixture
def browser(running_browser):
    """The browser, without any open page in the end."""
    yield running_browser
    running_browser.close_pages()


@pytest.fixture
def axe():
    """Skips a test where the checker of accessibility could not be fetched."""
    if not AXE.exists():
        pytest.skip("axe-core is not here: tests/tools/fetch-browser .cache/browser fetches it from npm")


@pytest.fixture
def page(browser, tmp_path):
    """A function that opens the page of a report; fragment and what else `Browser.open` takes."""

    def open_page(report, fragment="", **options):
        path = tmp_path / "audit.html"
        path.write_text(as_html(report), encoding="utf-8")
        return browser.open(path, fragment, **options)

    return open_page
