# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Links between pages, and to files and addresses of the repository, lead somewhere. Sphinx checks those of the site once more."""

from __future__ import annotations

import posixpath
import re

import pytest
import yaml
from embedded.collection import ROOT
from support.markdown import Page, pages

REPOSITORY = yaml.safe_load((ROOT / "galaxy.yml").read_text())["repository"]
OWN = re.compile(re.escape(REPOSITORY) + r"/(blob|tree|raw)/main/")
PAGES = {page.name: page for page in pages()}


def dead(page: Page) -> list[str]:
    """The links of a page to files and headings of the repository that are not there."""
    found = []
    for link in page.links():
        path, _hash, anchor = link.partition("#")
        if ":" in path and not OWN.match(path):
            continue
        name = OWN.sub("", path) if OWN.match(path) else posixpath.normpath(posixpath.join(posixpath.dirname(page.name), path)) if path else page.name
        if not (ROOT / name).exists() or (anchor and (name not in PAGES or anchor not in PAGES[name].anchors())):
            found.append(link)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_file_and_heading_that_exist(name):
    assert dead(PAGES[name]) == []


def test_a_dead_link_is_found(tmp_path):
    links = ["many.md#nowhere", "nowhere.md", "#nowhere", f"{REPOSITORY}/blob/main/nowhere.py"]
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.md").write_text("# Here\n[](https://example.com) [](#here) [](many.md#a-list) " + " ".join(f"[x]({link})" for link in links))
    page = Page("docs/page.md", tmp_path)
    assert [link for link in dead(page) if link != "#here"] == links


def test_the_readme_has_full_addresses_since_galaxy_shows_it_elsewhere():
    assert [link for link in PAGES["README.md"].links() if not link.startswith(("https://", "#"))] == []


@pytest.mark.parametrize("name", PAGES)
def test_links_of_a_shipped_page_are_to_what_is_shipped_or_full_addresses(collection, name):
    linked = [link.partition("#")[0] for link in PAGES[name].links() if ":" not in link] if (collection / name).exists() else []
    assert [path for path in linked if not (collection / posixpath.dirname(name) / path).exists()] == []


def test_the_readme_has_the_sections_of_galaxys_template():
    template = ["Description", "Requirements", "Installation", "Use Cases", "Testing", "Support"]
    template += ["Release Notes and Roadmap", "Related Information", "License Information"]
    assert re.findall(r"^## (.+)$", PAGES["README.md"].text, re.MULTILINE) == template


def test_every_guide_is_in_the_contents_of_the_site():
    listed = re.findall(r"^(?:.* <)?docs/([\w-]+)>?$", (ROOT / "docs/docsite/contents.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in (ROOT / "docs").glob("*.md"))


def test_the_picture_of_the_layers_has_every_layer():
    picture = (ROOT / "docs/layers.svg").read_text()
    layers = [path.name for path in (ROOT / "plugins/module_utils").iterdir() if path.is_dir() and path.name != "__pycache__"]
    # The rules of pg_hba.conf stand beside the layers: they know nothing of the platform.
    assert [layer for layer in layers if f">{layer}<" not in picture] == ["_postgresql"]
