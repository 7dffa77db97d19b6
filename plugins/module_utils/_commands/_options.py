# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the modules as tables, the source of argument specs and environment names. Private to the collection.

A test compares the documentation, the role and the AWX credential type with these tables.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Optional

from ansible.module_utils.common.validation import check_type_bool, check_type_list
from ansible.module_utils.errors import AnsibleFallbackNotFound

try:
    # From ansible-core 2.22 on, Ansible masks secrets in all that it displays in a run: every text below an option with no_log. Of items
    # that would mask names and hosts, so their secrets are registered instead. Before, what has no_log is kept out of logs.
    from ansible.module_utils.secrets import register_secrets
except ImportError:
    register_secrets = None

from .._common._errors import InvalidInput
from .._platform._api_url import comparable_url


@dataclass(frozen=True)
class Option:
    """One option. type, required, default, choices: as in an argument spec. secret: never shown. env: its variable.

    items: the table of its items (a list of mappings), or of itself (a mapping).
    of_the_place: the value belongs to the machine where the task runs, so another machine's environment does not count.
    """

    type: str = "str"
    required: bool = False
    default: Any = None
    choices: Optional[Sequence[str]] = None
    secret: bool = False
    items: Optional[Mapping] = None
    env: Optional[str] = None
    of_the_place: bool = False

    def spec(self):
        """Return its entry in an argument spec (dict)."""
        # Set for every option: Ansible would warn of one that only sounds like a secret (update_password).
        entry = {"type": self.type, "no_log": self.secret or (self.items is not None and register_secrets is None)}
        if self.type == "list":
            entry["elements"] = "str" if self.items is None else "dict"
        if self.required:
            entry["required"] = True
        if self.default is not None:
            entry["default"] = self.default
        if self.choices is not None:
            entry["choices"] = list(self.choices)
        if self.env is not None:
            entry["fallback"] = (_from_environment, [self.env])
        return entry

    def converted(self, name, value):
        """Return a value in this type, as Ansible converts it. Raise InvalidInput, which names the option; a secret is not quoted."""
        quoted = ", and it is %s" % (_KINDS.get(type(value), "something else") if self.secret else repr(value))
        kind, convert = _TYPES.get(self.type, ("anything", lambda given: given))
        try:
            value = convert(value)
        except (TypeError, ValueError):
            raise InvalidInput("%s has to be %s%s." % (name, kind, quoted), name) from None
        if self.choices and value not in self.choices:
            raise InvalidInput("%s has to be one of %s%s." % (name, ", ".join(self.choices), quoted), name)
        return value

    def from_environment(self):
        """Return the value of its variable. Raise AnsibleFallbackNotFound if there is none."""
        return _from_environment(self.env)


def _text(value):
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError
    return str(value)


def _number(kind):
    def convert(value):
        if isinstance(value, bool) or (kind is int and isinstance(value, float) and not value.is_integer()):
            raise TypeError
        return kind(value)

    return convert


_USER = {"api_username", "api_password"}
_KINDS = {bool: "a boolean", list: "a list", dict: "a mapping"}
#: By type: what it is in words, and what converts a value to it or raises TypeError or ValueError.
_TYPES = {
    "str": ("a text", _text),
    "path": ("a path", lambda value: os.path.expanduser(os.path.expandvars(_text(value)))),
    "int": ("a whole number", _number(int)),
    "float": ("a number", _number(float)),
    "bool": ("true or false", check_type_bool),
    "list": ("a list of texts", lambda value: [_text(item) for item in check_type_list(value)]),
}


def _from_environment(variable):
    """Return the value of an environment variable; an empty one counts as not set, as AWX leaves it for a field not filled in."""
    value = os.environ.get(variable, "")
    if not value.strip():
        raise AnsibleFallbackNotFound
    return value


def argument_spec(options):
    """Return the argument spec (dict of dicts) for a table of options."""
    return {name: option.spec() for name, option in options.items()}


def secret_values(table, options):
    """Return the texts in options that are secret, however they are nested: a refusal may quote them."""
    found: list = []
    for name, value in options.items():
        option = table.get(name)
        if option is None or value is None:
            continue
        if option.items is not None:
            for item in value if isinstance(value, list) else [value]:
                found += secret_values(option.items, item) if isinstance(item, dict) else []
        elif option.secret:
            found += _texts(value)
    return found


def masked_by_ansible(values):
    """Have Ansible mask secrets in all that it displays and logs from now on, where it does so. Returns them."""
    if register_secrets is not None:
        # Also as Python quotes them: a module logs its options so.
        register_secrets({form for value in map(str, values) for form in (value, repr(value)[1:-1])})
    return values


def _texts(value):
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [] if isinstance(value, bool) or value is None else [value]


def wrong_type(table, options):
    """Return what is wrong with the first option that is no number or boolean where it has to be; None if there is none."""
    for name, option in table.items():
        if option.type in ("int", "float", "bool"):
            try:
                typed({name: option}, options)
            except InvalidInput as exc:
                return str(exc)
    return None


def typed(table, options):
    """Return a value for each option of a table: the given one in its type, else that of its variable, else its default.

    For what is no task of its own, and so not checked by Ansible. Raise InvalidInput.
    """
    values = {}
    options = own_credentials(table, options)
    for name, option in table.items():
        value = options.get(name)
        if value is None and option.env is not None:
            try:
                value = option.from_environment()
            except AnsibleFallbackNotFound:
                pass
        if value is None and option.required:
            raise InvalidInput("missing required arguments: %s%s" % (name, where_to_set(table, [name])), name)
        values[name] = option.default if value is None else option.converted(name, value)
    return values


def outranked(given, other_url):
    """Return the names of the credentials of a wider scope that do not count beside what is given: they may be another platform's.

    given: access options by name. other_url: the wider scope's ``api_url``, None if it has none.
    A username and password outrank a token. A token with an address of its own outranks a username and password: these would be sent
    there once the token is refused.
    """
    own = {name for name, value in given.items() if value}
    if own >= _USER:
        return {"api_token"} - own
    if own >= {"api_url", "api_token"} and comparable_url(str(given["api_url"])) != comparable_url(str(other_url)):
        return _USER - own
    return set()


#: Of the environment, the access options that are the task's own, and the ``api_url`` beneath them; None without any.
_OF_TASK: ContextVar = ContextVar("of_task", default=None)


@contextlib.contextmanager
def environment_of_task(variables):
    """Have `own_credentials` tell a task's ``environment`` (a mapping) from that of Ansible, in which its variables are not set yet."""
    given = {name: variables.get(option.env) for name, option in ACCESS.items()}
    given = {name: value for name, value in given.items() if value is not None and str(value).strip()}
    token = _OF_TASK.set((given, os.environ.get(ACCESS["api_url"].env)))
    try:
        yield
    finally:
        _OF_TASK.reset(token)


def own_credentials(table, options):
    """Return options without the credentials of the environment that are outranked by theirs, or by those of the task's ``environment``.

    A token and its address may be given one here and one there, so Ansible's own environment is compared with both together.
    """
    if "api_token" not in table:
        return options
    url = os.environ.get(table["api_url"].env)
    of_task, url_of_ansible = _OF_TASK.get() or ({}, url)
    given = {name: value for name, value in options.items() if value is not None}
    without = outranked(given, url) | outranked(over({**of_task, "api_url": url}, given), url_of_ansible)
    return {**options, **dict.fromkeys(without, "")}


def over(wider, options):
    """Return the options of a wider scope with these over them."""
    without = outranked(options, wider.get("api_url"))
    return {**{name: value for name, value in wider.items() if name not in without}, **options}


def where_to_set(table, names):
    """Return how else options may be given, as a clause: by their variables; empty text where there are none."""
    variables = [table[name].env for name in names if name in table and table[name].env]
    return ", which may also be set as %s" % " and ".join(variables) if variables else ""


ACCESS = {
    "api_url": Option(required=True, env="DATASENTINEL_API_URL"),
    "api_token": Option(secret=True, env="DATASENTINEL_API_TOKEN"),
    "api_username": Option(env="DATASENTINEL_API_USERNAME"),
    "api_password": Option(secret=True, env="DATASENTINEL_API_PASSWORD"),
    "validate_certs": Option(type="bool", default=True, env="DATASENTINEL_VALIDATE_CERTS"),
    "ca_path": Option(type="path", env="DATASENTINEL_CA_PATH", of_the_place=True),
    "api_timeout": Option(type="float", default=30.0, env="DATASENTINEL_API_TIMEOUT"),
    "api_retries": Option(type="int", default=3, env="DATASENTINEL_API_RETRIES"),
}

#: What describes one connection, in datasentinel_connection and in each item of datasentinel_connections.
ITEM = {
    "name": Option(required=True),
    "state": Option(default="present", choices=("present", "absent", "enabled", "disabled")),
    "host": Option(),
    "port": Option(type="int"),
    "user": Option(),
    "password": Option(secret=True),
    "tags": Option(type="raw"),
    "purge_tags": Option(type="bool", default=True),
    "update_password": Option(default="always", choices=("always", "on_create")),
}

WAIT = {
    "wait": Option(type="bool", default=False),
    "wait_timeout": Option(type="int", default=60),
}

CONNECTION = {**ACCESS, **ITEM, **WAIT}

CONNECTIONS = {
    **ACCESS,
    "connections": Option(type="list", items=ITEM),
    "src": Option(type="path"),
    "defaults": Option(type="dict", items=ITEM),
    "concurrency": Option(type="int", default=8),
    **WAIT,
}

CONNECTION_INFO = {**ACCESS, "name": Option(type="raw", required=True)}

TOKEN = dict(ACCESS)

PLATFORM_INFO = dict(ACCESS)

AUDIT = {
    **ACCESS,
    "dest": Option(type="path", default="datasentinel-audit"),
    "previous": Option(type="path"),
    "reports": Option(type="list"),
    "slice": Option(),
    "fail_on": Option(type="list"),
    "concurrency": Option(type="int", default=8),
}
