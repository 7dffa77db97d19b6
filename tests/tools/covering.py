# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tests can notice a change of a line."""

from __future__ import annotations

import ast
from fnmatch import fnmatch
from pathlib import PurePath


class Covering:
    """Chooses tests, and puts first what is likely to fail soon.

    seconds: that each test takes, by its node id. lines: the tests that run a line, by path and line. Both as measured without a change.
    """

    def __init__(self, seconds, lines):
        self._seconds = seconds
        self._lines = lines

    def tests(self, path, source, line):
        """Return the tests that can notice a change of a line, in the order to run them.

        They are those that run the statement, and those of the file itself, since what they fork is not measured. Of what runs
        while the file is imported, they are all tests.

        path: of the file, relative to the collection. source: its text.
        """
        in_file = self._lines.get(path, {})
        statement = _statement(ast.parse(source), line)
        running = {test for number in statement or () for test in in_file.get(number, ())}
        of_file = {test for test in self._seconds if _is_of(test, path)}
        chosen = running | of_file
        if not running:
            running = {test for tests in in_file.values() for test in tests}
            chosen = set(self._seconds)
        return sorted(chosen, key=lambda test: (test not in running, test not in of_file, self._seconds[test], test))

    def time(self, tests):
        """Return the seconds that tests take together."""
        return sum(self._seconds[test] for test in tests)


def _is_of(test, path):
    path = PurePath(path)
    return fnmatch(test.partition("::")[0], f"tests/unit/{path.parent}/test{path.stem}*.py")


def _statement(tree, line):
    """Return the lines of the statement that a line is in, of a compound one its head alone; None if it runs while the file is imported."""
    inside, found = False, None
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or not node.lineno <= line <= node.end_lineno:
            continue
        body = getattr(node, "body", None)
        end = body[0].lineno - 1 if body else node.end_lineno
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and line > end:
            inside = True
        # ast.walk goes from the outside to the inside.
        found = range(node.lineno, max(node.lineno, end) + 1)
    return found if inside else None
