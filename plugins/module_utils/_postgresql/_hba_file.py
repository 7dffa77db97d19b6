# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pg_hba.conf byte for byte: lines are put in and taken out, and all others stay as they are. Private."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import shutil
import socket
import tempfile

from ._hba_rules import HbaError

#: What marks the lines that are ours.
MARK = b"# added by datasentinel.platform"

#: What a line begins with that is a rule, and not a comment or the inclusion of another file.
_TYPES = frozenset(["local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"])
_WORD = re.compile(rb'[\s,]*("(?:[^"]|"")*"|[^\s,"#]+)')
_INCLUDE = re.compile(rb'\s*(include|include_if_exists|include_dir)\s+("(?:[^"]|"")*"|[^\s#"]+)\s*(#.*)?', re.DOTALL)


class HbaFile:
    """The lines of pg_hba.conf. path: as PostgreSQL names it. content: its bytes."""

    def __init__(self, path, content):
        self.path = path
        self._lines = re.findall(rb"[^\n]*\n|[^\n]+", content)

    @property
    def content(self):
        """The bytes of the file."""
        return b"".join(self._lines)

    def check(self, rules):
        """Raise HbaError unless the rules are those of this file, all of them: PostgreSQL may run on another host, with a file of the same name."""
        rules = [rule for rule in rules if rule.file == self.path]
        for rule in rules:
            if not self._holds(rule):
                raise self._is_another(rule.line, "not the rule of the type %s that is there" % rule.type)
        lines = {rule.line for rule in rules}
        number = 1
        while number <= len(self._lines):
            if number not in lines and _TYPES.intersection(self._words_at(number)[:1]):
                raise self._is_another(number, "a rule that is missing in rules")
            number = self._end(number) + 1

    def is_marked(self, rule):
        """Return whether the line of a rule is ours."""
        return rule.file == self.path and self._lines[self._end(rule.line) - 1].rstrip().endswith(MARK)

    def insert(self, text, place):
        """Put a marked line at a Place. Return its number."""
        number = self._number_at(place)
        end = b"\r\n" if self._lines and self._lines[0].endswith(b"\r\n") else b"\n"
        line = text.encode() + b" " + MARK
        if number > 1 and self._lines[number - 2].rstrip(b"\r\n").endswith(b"\\"):
            raise HbaError("Line %d of %s ends in a backslash, so that the line for the platform would be a part of it: remove it." % (number - 1, self.path))
        if number > len(self._lines) and self._lines and not self._lines[-1].endswith(b"\n"):
            # The last line gets its end from ours, which then has none, so that taking ours away leaves the file as it was.
            self._lines[-1] += end
            self._lines.append(line)
        else:
            self._lines.insert(number - 1, line + end)
        return number

    def span(self, number):
        """Return how many lines a rule takes."""
        return self._end(number) - number + 1

    def remove(self, number):
        """Take a rule away, with all the lines that it takes."""
        end = self._end(number)
        line = self._lines[end - 1]
        del self._lines[number - 1 : end]
        if number > len(self._lines) > 0 and not line.endswith(b"\n"):
            self._lines[-1] = re.sub(rb"\r?\n\Z", b"", self._lines[-1])

    def _is_another(self, number, what):
        """Return the HbaError for a line that is not what PostgreSQL has read."""
        return HbaError(
            "%s of this host is not what PostgreSQL has read: its line %d is %s. It may have been changed a moment ago: run the task again. Where PostgreSQL "
            "runs on another host, as a managed service does, set datasentinel_monitoring_user_manage_hba to false." % (self.path, number, what)
        )

    def _number_at(self, place):
        """Return the number that a line at a Place gets."""
        before = self._anchor(place.before) if place.before else None
        after = self._end(self._anchor(place.after)) if place.after else 0
        if before is None or before <= after:
            before = after + 1 if place.after else len(self._lines) + 1
        return before

    def _anchor(self, rule):
        """Return the number of the line of a rule, or of the line that includes its file."""
        if rule.file == self.path:
            return rule.line
        for number in range(1, len(self._lines) + 1):
            if self._includes(number, rule.file):
                return number
        raise HbaError(
            "%s decides where the line for the platform belongs, and %s includes that file through another. Add the line yourself, "
            "and set datasentinel_monitoring_user_manage_hba to false." % (rule, self.path)
        )

    def _includes(self, number, file):
        found = _INCLUDE.fullmatch(self._lines[number - 1])
        if not found:
            return False
        name = os.fsdecode(found[2].strip(b'"').replace(b'""', b'"'))
        target = os.path.normpath(os.path.join(os.path.dirname(self.path), name))
        return target == os.path.normpath(os.path.dirname(file) if found[1] == b"include_dir" else file)

    def _end(self, number):
        """Return the number of the last line of a rule: from PostgreSQL 14 on, a backslash at its end continues a line."""
        while number < len(self._lines) and self._lines[number - 1].rstrip(b"\r\n").endswith(b"\\"):
            number += 1
        return number

    def _holds(self, rule):
        """Return whether a rule is where PostgreSQL has seen it, by its type and address. Of a method, PostgreSQL may show another word."""
        if not 0 < rule.line <= len(self._lines):
            return False
        words = self._words_at(rule.line)
        return words[:1] == [rule.type] and (rule.network is None or any(_is_address(word, rule) for word in words))

    def _words_at(self, number):
        """Return the words of the rule at a line, with all the lines that it takes."""
        return list(_words(b"".join(line.rstrip(b"\\\r\n") for line in self._lines[number - 1 : self._end(number)])))


def _words(text):
    """Yield the words of a rule, up to a comment, which may begin within a word."""
    found = _WORD.match(text)
    while found:
        yield os.fsdecode(found[1]).strip('"')
        found = _WORD.match(text, found.end())


def _is_address(word, rule):
    address = word.partition("/")[0]
    try:
        # As PostgreSQL reads it, with parts left out: 0/0, 10.1/16.
        return ipaddress.ip_address(address if ":" in address else socket.inet_aton(address)) == ipaddress.ip_address(rule.address)
    except (ValueError, OSError):
        return False


def write(path, content):
    """Replace the content of a file at once, keeping its owner, group, mode and extended attributes. Raise OSError."""
    path = os.path.realpath(path)
    status = os.stat(path)
    handle, new = tempfile.mkstemp(prefix=".pg_hba.", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chown(new, status.st_uid, status.st_gid)
        shutil.copystat(path, new)
        os.utime(new)
        os.replace(new, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise
