# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks: a bounded series of calls with one connection of an improbable name, which is removed at the end whatever happens."""

from __future__ import annotations

import secrets
import signal
from contextlib import contextmanager

from .calls import Unusable

#: The tags that the platform sets itself.
OWN_TAGS = {"pg_instance", "pg_version", "server", "database"}
FIELDS = {"name": str, "host": str, "port": int, "user": str, "tags": str, "enabled": bool, "connected": bool}
#: Nothing listens there, so that the platform's own attempt to connect ends at once.
HOST, PORT = "127.0.0.1", 1
WRITES = (("POST", "", "Add"), ("PUT", "", "Update"), ("PATCH", "/disable", "Disable"), ("PATCH", "/enable", "Enable"), ("DELETE", "", "Delete"))
MASK_CHARACTERS = set("*•●xX#.·-_?")


@contextmanager
def uninterrupted():
    """Ctrl-C and SIGTERM wait until the end of the block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Checks:
    """Asks a platform. caller: a Caller. findings: the Findings that are filled. version: of the platform, as it says."""

    def __init__(self, caller, findings):
        self._call = caller
        self._findings = findings
        self._name = f"zz-conformance-{secrets.token_hex(8)}"
        # Whether the platform may have the connection.
        self._created = False
        self.version = None

    def run(self):
        """Make all calls. Raises Unusable where that is not possible."""
        self._platform()
        self._tokens()
        try:
            self._missing()
            self._refused_tokens()
            if self._add():
                self._display()
                self._update()
                self._switch()
                self._delete()
        finally:
            self._clean_up()
        self._not_tried()

    def _connection(self, method, action="", body=None, **more):
        return self._call.connection(method, self._name, action, body, **more)

    def _post(self, body, **more):
        """Add the connection. If nothing comes back, the platform may have it."""
        # A POST that is broken off may reach the platform after the DELETE that is to undo it.
        with uninterrupted():
            reply = self._connection("POST", body=body, **more)
            self._created |= reply.status == 0 or 200 <= reply.status < 300
        return reply

    def _seen(self, reply, field=None):
        """Return what came back, in words. field: one whose text is quoted."""
        text = reply.field(field) if field else None
        return f"status {reply.status}, {reply.kind}" + (f": {self._call.quoted(text)}" if isinstance(text, str) else "")

    def _is_error(self, reply, status):
        return reply.status == status and isinstance(reply.field("error"), str)

    def _platform(self):
        health = self._call("GET", "/")
        if health.status == 0:
            raise Unusable(f"The platform does not answer: {health.kind}.")
        version = health.field("version")
        self.version = self._call.quoted(version) if isinstance(version, str) else None
        fine = health.status == 200 and all(isinstance(health.field(name), str) for name in ("status", "message", "version"))
        self._findings.reading("GET /ds-api/ returns status, message and version without a token", fine, self._seen(health))

    def _tokens(self):
        anonymous = self._call("POST", "/user-token")
        self._findings.contract("Token: without user and password 401", anonymous.status == 401, self._seen(anonymous, "error"))
        if self._call.token is not None:
            self._findings.contract("Token: minted with user and password, 201", None, "A token was given.")
            return
        minted = self._call("POST", "/user-token", basic=True)
        token = minted.field("user-token")
        if not isinstance(token, str):
            raise Unusable(f"No token for the user and password: {self._seen(minted, 'error')}.")
        self._call.token = token
        self._call.secrets.add(token)
        self._findings.contract("Token: minted with user and password, 201", minted.status == 201, self._seen(minted))
        details = self._call("GET", "/user-token", params={"token": token})
        names = ("email", "expire_time", "organization_name", "user")
        fine = details.status == 200 and all(isinstance(details.field(name), str) for name in names)
        self._findings.contract("Token: its details, 200", fine, self._seen(details))

    def _refused_tokens(self):
        for method, action, title in (("GET", "", "Display"), *WRITES):
            if method == "POST":
                reply = self._post({"host": HOST}, token="not-a-token")
            else:
                reply = self._connection(method, action, {"host": HOST} if method == "PUT" else None, token="not-a-token")
            self._findings.contract(f"{title}: with a wrong token 401", reply.status == 401, self._seen(reply, "error"))
        reply = self._connection("GET", token=None)
        self._findings.contract("Display: without a token 401", reply.status == 401, self._seen(reply, "error"))

    def _missing(self):
        reply = self._connection("GET")
        if reply.status == 200 and isinstance(reply.field("host"), str):
            raise Unusable(f"A connection {self._name} exists, although its name is drawn by chance. Nothing was written.")
        self._findings.contract("Display: what does not exist is 404", reply.status == 404, self._seen(reply, "error"))
        json_or_nothing = reply.status == 404 and (reply.body is not None or reply.kind == "no body")
        self._findings.reading("A 404 of the API's has a JSON body or none", json_or_nothing, self._seen(reply, "error"))
        self._findings.reading('Errors are JSON {"error": "<text>"}', self._is_error(reply, reply.status), self._seen(reply, "error"))
        for method, action, title in WRITES[1:]:
            reply = self._connection(method, action, {"port": PORT} if method == "PUT" else None)
            self._findings.contract(f"{title}: what does not exist is 404", reply.status == 404, self._seen(reply, "error"))

    def _add(self):
        incomplete = self._post({"host": HOST, "port": PORT})
        self._findings.contract("Add: all five fields are required", incomplete.status >= 400, self._seen(incomplete, "error"))
        if self._created:
            self._connection("DELETE")
        self._password = secrets.token_hex(12)
        self._call.secrets.add(self._password)
        self._tags = "application=conformance,environment=test"
        body = {"host": HOST, "port": PORT, "user": "conformance", "password": self._password, "tags": self._tags}
        reply = self._post(body)
        added = 200 <= reply.status < 300
        self._findings.contract(
            'Add: 201 and {"status": "<text>"}', reply.status == 201 and isinstance(reply.field("status"), str), self._seen(reply, "status")
        )
        if not added:
            return False
        again = self._post(body)
        self._findings.contract("Add: what exists is 409", again.status == 409, self._seen(again, "error"))
        return True

    def _display(self):
        reply = self._connection("GET")
        missing = [name for name in FIELDS if name not in (reply.body if isinstance(reply.body, dict) else {})]
        self._findings.contract("Display: 200 and a connection with its fields", reply.status == 200 and not missing, self._lacking(reply, missing))
        self._findings.reading("A 200 to Display is a connection, an object with host", isinstance(reply.field("host"), str), self._seen(reply))
        if missing:
            return
        kept = (reply.field("name"), reply.field("host"), reply.field("user")) == (self._name, HOST, "conformance")
        kept = kept and str(reply.field("port")) == str(PORT)
        self._findings.contract("Display: name, host, port and user are those that were added", kept)
        self._findings.contract("Display: a new connection is enabled", reply.field("enabled") is True)
        self._findings.reading("port is a number", _type(reply.field("port")) == "a number", f"It is {_type(reply.field('port'))}.")
        self._read_password(reply)
        self._read_tags(reply)
        further = sorted(set(reply.body) - set(FIELDS) - {"password"})
        self._findings.reading("There may be further fields", True, self._call.quoted(", ".join(further) or "There are none."))

    def _lacking(self, reply, missing):
        return self._seen(reply) + (f"; missing: {', '.join(missing)}" if missing else "")

    def _read_password(self, reply):
        password = reply.field("password")
        if password == self._password:
            shown = "It is shown in clear text."
        elif not isinstance(password, str) or not password:
            shown = "It is not shown."
        elif len(set(password)) == 1 and password[0] in MASK_CHARACTERS:
            shown = "It is masked."
        else:
            shown = "Something else is shown: a mask that is not one repeated character would be taken for a password that differs."
        self._findings.reading("The password is shown, missing, or one repeated mask character", not shown.startswith("Something"), shown)

    def _read_tags(self, reply):
        text = reply.field("tags")
        tags, ours = _tags(text), _tags(self._tags)
        self._findings.contract("Display: the tags that were added are there", ours.items() <= tags.items(), self._call.quoted(f"tags: {text}"))
        added = sorted(set(tags) - set(ours))
        detail = self._call.quoted(f"It adds: {', '.join(added)}." if added else "It adds none.")
        self._findings.reading("The platform adds no tags but pg_instance, pg_version, server, database", set(added) <= OWN_TAGS, detail)
        kept = ",".join(part for part in str(text).split(",") if part.partition("=")[0] not in OWN_TAGS)
        detail = "" if kept == self._tags else self._call.quoted(f"sent: {self._tags}; shown: {text}")
        self._findings.reading("Order and spaces of tags are as they were sent", not detail, detail)

    def _update(self):
        before = self._connection("GET")
        reply = self._connection("PUT", body={"tags": "application=changed"})
        done = 200 <= reply.status < 300
        self._findings.contract('Update: one field alone, 200 and {"status": "<text>"}', self._is_success(reply), self._seen(reply, "status"))
        after = self._connection("GET")
        if done and isinstance(after.field("host"), str):
            self._findings.contract("Update: takes effect", _tags(after.field("tags")).get("application") == "changed", self._call.quoted(after.field("tags")))
            lost = [name for name in ("host", "port", "user", "password", "enabled") if before.field(name) != after.field(name)]
            detail = f"Replaced: {', '.join(lost)}." if lost else "All other fields were kept."
            self._findings.reading("Update merges: what is not sent is kept", not lost, detail)
        self._password = secrets.token_hex(12)
        self._call.secrets.add(self._password)
        body = {"host": "localhost", "port": PORT + 1, "user": "other", "password": self._password, "tags": ""}
        reply = self._connection("PUT", body=body)
        self._findings.contract('Update: all fields, 200 and {"status": "<text>"}', self._is_success(reply), self._seen(reply, "status"))
        after = self._connection("GET")
        if isinstance(after.field("host"), str):
            wrong = [name for name in ("host", "port", "user") if str(after.field(name)) != str(body[name])]
            self._findings.contract("Update: all fields take effect", not wrong, f"Not: {', '.join(wrong)}." if wrong else "")
            left = sorted(set(_tags(after.field("tags"))) - OWN_TAGS)
            self._findings.contract("Update: an empty text clears the tags", not left, self._call.quoted(f"Left: {', '.join(left)}.") if left else "")

    def _switch(self):
        for action, title, enabled in (("/disable", "Disable", False), ("/enable", "Enable", True)):
            reply = self._connection("PATCH", action)
            self._findings.contract(f'{title}: 200 and {{"status": "<text>"}}', self._is_success(reply), self._seen(reply, "status"))
            after = self._connection("GET")
            self._findings.contract(f"{title}: takes effect", after.field("enabled") is enabled, self._call.quoted(f"enabled: {after.field('enabled')}"))
            again = self._connection("PATCH", action)
            self._findings.reading(f"{title}: what is so already is a success", 200 <= again.status < 300, self._seen(again, "error"))

    def _delete(self):
        reply = self._connection("DELETE")
        self._created = not 200 <= reply.status < 300
        self._findings.contract('Delete: 200 and {"status": "<text>"}', self._is_success(reply), self._seen(reply, "status"))
        after = self._connection("GET")
        self._findings.contract("Delete: takes effect", after.status == 404, self._seen(after, "error"))
        self._created |= after.status == 200 and isinstance(after.field("host"), str)

    def _is_success(self, reply):
        return reply.status == 200 and isinstance(reply.field("status"), str)

    def _clean_up(self):
        """Remove the connection, if the platform may have it still."""
        if not self._created:
            return
        # A second Ctrl-C does not leave it there.
        with uninterrupted():
            reply = self._connection("DELETE")
        gone = 200 <= reply.status < 300 or reply.status == 404
        self._findings.contract(
            "The connection of these checks was removed", gone, "" if gone else f"{self._name} is left on the platform. {self._seen(reply, 'error')}"
        )

    def _not_tried(self):
        self._findings.contract("Every call: 500", None, "A failure of the platform cannot be caused from outside.")
        self._findings.reading("There is no call that lists all connections", None, "None is documented, and none is guessed.")
        self._findings.reading("A name cannot hold a slash", None, "The collection refuses it.")


def _tags(text):
    """Return tags as a mapping."""
    parts = [part.partition("=") for part in (text if isinstance(text, str) else "").split(",") if part.strip()]
    return {key.strip(): value.strip() for key, _sign, value in parts}


def _type(value):
    return {str: "text", int: "a number", float: "a number with a fraction", bool: "a boolean"}.get(type(value), "something else")
