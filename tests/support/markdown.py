# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of documentation in Markdown: their samples, links and anchors."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from embedded.collection import ROOT
from markdown_it import MarkdownIt

PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Sample:
    """A block of code. page: of the repository. section: the heading above it. before: the paragraph above it."""

    page: str
    line: int
    section: str
    before: str
    language: str
    text: str

    @property
    def title(self):
        """The name of the file that it shows, from the comment on its first line; None without one."""
        named = re.match(r"# ([\w./-]+\.yml)\n", self.text)
        return named[1] if named else None

    def __str__(self):
        return f"{self.page}:{self.line}"


class Loader(yaml.SafeLoader):
    """YAML with !unsafe values."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


class Page:
    """A page. name: its path in the repository."""

    def __init__(self, name: str, root: Path = ROOT):
        self.name = name
        self.text = (root / name).read_text(encoding="utf-8")
        self._tokens = PARSER.parse(self.text)

    def samples(self, language: str | None = None) -> list[Sample]:
        """Its blocks of code, in their order."""
        found, above = [], {"heading_open": "", "paragraph_open": ""}
        for before, token in zip([None, *self._tokens], self._tokens):
            if token.type == "inline" and before.type in above:
                above[before.type] = token.content
            elif token.type == "fence" and language in (None, token.info):
                found.append(Sample(self.name, token.map[0] + 1, above["heading_open"], above["paragraph_open"], token.info, token.content))
        return found

    def links(self) -> list[str]:
        """The targets of its links and pictures."""
        inline = [child for token in self._tokens for child in token.children or ()]
        return [child.attrs.get("href") or child.attrs.get("src") for child in inline if child.type in ("link_open", "image")]

    def anchors(self) -> set[str]:
        """The anchors of its headings, as GitHub makes them."""
        headings = [token for before, token in zip(self._tokens, self._tokens[1:]) if before.type == "heading_open"]
        texts = ["".join(child.content for child in heading.children) for heading in headings]
        return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in texts}


@functools.cache
def pages() -> list[Page]:
    """All pages that people read."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")]
    return [Page(str(path.relative_to(ROOT))) for path in sorted(found)]
