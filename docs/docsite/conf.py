# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of Sphinx for the documentation site. The script `build` beside this file puts the pages together."""

from __future__ import annotations

import os
import posixpath
import re
import zlib
from pathlib import Path

import yaml

ROOT = Path(os.environ["DATASENTINEL_CHECKOUT"])
SOURCE = Path(__file__).resolve().parent
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text())

project = "datasentinel.platform"
project_copyright = "2026 The datasentinel.platform contributors"
version = release = GALAXY["version"]
extensions = ["myst_parser", "sphinx_antsibull_ext", "sphinx_copybutton", "sphinx.ext.intersphinx"]
html_theme = "furo"
html_title = f"{project} {version}"
html_show_sourcelink = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
# Anchors of headings as GitHub makes them.
myst_heading_anchors = 4

# --- references to Ansible's own documentation -------------------------------------------------------------------
# The site is built without a network, so what the generated pages refer to is listed here instead of being fetched.
ANSIBLE = "https://docs.ansible.com/ansible/latest/"
INVENTORY = """\
action_plugins std:label -1 plugins/action.html Action plugins
ansible_collections.ansible.builtin.copy_module std:label -1 collections/ansible/builtin/copy_module.html ansible.builtin.copy
ansible_collections.ansible.builtin.uri_module std:label -1 collections/ansible/builtin/uri_module.html ansible.builtin.uri
ansible_configuration_settings std:label -1 reference_appendices/config.html Ansible Configuration Settings
ansible_collections.community.postgresql.postgresql_pg_hba_module std:label -1 \
collections/community/postgresql/postgresql_pg_hba_module.html community.postgresql.postgresql_pg_hba
common_return_values std:label -1 reference_appendices/common_return_values.html Return Values
ANSIBLE_DEBUG std:envvar 1 reference_appendices/config.html#envvar-$ -
"""
HEADER = b"# Sphinx inventory version 2\n# Project: Ansible\n# Version: latest\n# The remainder of this file is compressed using zlib.\n"
(SOURCE / "ansible.inv").write_bytes(HEADER + zlib.compress(INVENTORY.encode()))
intersphinx_mapping = {"ansible": (ANSIBLE, str(SOURCE / "ansible.inv"))}

# --- links between pages, and to files that are no pages ---------------------------------------------------------
#: A link or picture in Markdown: what is before its target, and the target.
LINK = re.compile(r"(\]\()([^)\s]+)(?=\))")
#: The repository's own addresses: full links, as the README has them for Galaxy, lead to pages of the site as well.
OWN = re.compile(re.escape(GALAXY["repository"]) + r"/(?:blob|tree|raw)/main/")


def target_of(docname, target):
    """Return what a link on a page leads to here: a page of the site if there is one, otherwise the repository."""
    path, hash_, anchor = target.partition("#")
    if not path or (":" in path and not OWN.match(path)):
        return target
    folder = posixpath.dirname(docname)
    name = OWN.sub("", path) if OWN.match(path) else posixpath.normpath(posixpath.join(folder, path))
    page = re.sub(r"^plugins/modules/(\w+)\.py$", r"reference/\1_module.rst", {"README.md": "index.md"}.get(name, name))
    if (SOURCE / page).is_file():
        return posixpath.relpath(page, folder or ".") + hash_ + anchor
    if (ROOT / name).exists():
        return f"{GALAXY['repository']}/{'tree' if (ROOT / name).is_dir() else 'blob'}/main/{name}{hash_}{anchor}"
    return target  # Sphinx then says that it leads nowhere.


def adapt(app, docname, source):
    """Adapt a page: have the links of one in Markdown lead to where their targets are here, and fit a generated one into the theme."""
    if (SOURCE / f"{docname}.md").is_file():
        source[0] = LINK.sub(lambda link: link[1] + target_of(docname, link[2]), source[0])
    else:
        # The theme has a list of sections of its own. In titles, the collection's name would push out what they are about.
        source[0] = source[0].replace(".. contents::\n   :local:\n   :depth: 1\n", "")
        source[0] = re.sub(r"^datasentinel\.platform\.(\w+ \w+ -- .*\n\++$)", r"\1", source[0], count=1, flags=re.MULTILINE)
        source[0] = source[0].replace("\nDatasentinel.Platform\n===", "\nReference\n===", 1)


def setup(app):
    """Connect with Sphinx."""
    app.connect("source-read", adapt)
