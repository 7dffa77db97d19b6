# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of one host: what the role's variables and an operation ask for, and their results as one. Private."""

from __future__ import annotations

from dataclasses import dataclass

from ..module_utils._commands._options import ITEM, secret_values
from ..module_utils._common._errors import InvalidInput
from ..module_utils._common._known_keys import check_keys
from ..module_utils._connection._tags import parse_given
from ._role_variables import INSTANCE, PREFIX

_DISABLE = {"present": "disabled", "absent": None, "enabled": "disabled", "disabled": "disabled"}
_ENABLE = {"present": "enabled", "absent": None, "enabled": "enabled", "disabled": None}
#: What is said of a host whose datasentinel_connection_instances is an empty list.
NO_CONNECTIONS = "The host has no connections, since %sinstances is an empty list: nothing to do." % PREFIX
#: The same where hosts are named; a warning, since nobody watches a host whose list came out empty by mistake.
HAS_NO_CONNECTIONS = "The host %%s has no connections, since %sinstances is an empty list." % PREFIX
#: What each operation does to a connection, by the state that the inventory wants: the state to have, None to leave it alone.
OPERATIONS = {
    "register": {},
    "deregister": {"present": "absent", "absent": "absent", "enabled": "absent", "disabled": "absent"},
    "disable": _DISABLE,
    "enable": _ENABLE,
    # For a maintenance window: as disable, and then enable for what was paused in the same run.
    "pause": _DISABLE,
    "resume": {**_ENABLE, "disabled": "enabled"},
}
#: The options that register alone needs.
TO_WRITE = ("host", "port", "user", "password", "tags", "purge_tags", "update_password")


def not_needed(operation):
    """Return the names of the options that an operation does not need, so that nothing about them can be wrong."""
    return () if operation == "register" else TO_WRITE


@dataclass(frozen=True)
class Item:
    """One connection of a host. options: of the module. left_alone: why nothing is done about it, empty if something is."""

    name: str
    options: dict
    left_alone: str = ""


def items_of(host, instances, operation, extra_tags=None):
    """Return the Items of a host.

    host: the options that its connections have in common. instances: the value of ``datasentinel_connection_instances``, None
    where it is not given: the host is one connection then, and with an empty list it has none, rather than one that nobody named.
    operation: one of OPERATIONS. extra_tags: merged over all other tags (mapping or text), or None.
    Raise InvalidInput, naming the variable.
    """
    # In lists, since neither has to be a text.
    if operation not in [*OPERATIONS]:
        raise InvalidInput("%soperation is %r: it has to be one of %s." % (PREFIX, operation, ", ".join(OPERATIONS)))
    if instances is None:
        connections = [{**host, "name": _checked_name(PREFIX + "name", host["name"])}]
    else:
        connections = [_merged(host, item, number) for number, item in enumerate(_checked_list(instances))]
    _check_names([options["name"] for options in connections])
    if operation == "register":
        return [_to_register(options, extra_tags, instances is not None) for options in connections]
    return [_to_switch(options, operation) for options in connections]


def secrets_of(table, host, instances):
    """Return the texts that are secret in the options of a host and of its instances, whatever form these have."""
    items = instances if isinstance(instances, list) else []
    return [text for options in (host, *items) if isinstance(options, dict) for text in secret_values(table, options)]


def combined(items, results):
    """Return the results of a host's connections as one result.

    A single one stays as it is; several come in ``connections``, with diffs and messages by name. ``results`` has one entry for each.
    """
    if not items:
        return {"changed": False, "msg": NO_CONNECTIONS, "results": []}
    entries = [{"name": item.name, "changed": False, "failed": False, **_entry(result)} for item, result in zip(items, results)]
    if len(results) == 1:
        return {**results[0], "results": entries}
    by_name = [(item.name, result) for item, result in zip(items, results)]
    failed = [(name, result) for name, result in by_name if result.get("failed")]
    # Where something failed, what went well is in results.
    messages = [_with_name(name, result["msg"]) for name, result in (failed or by_name) if result.get("msg")]
    one = {
        "changed": any(result.get("changed", False) for result in results),
        "connections": [result["connection"] for result in results if "connection" in result],
        "diff": [{**result["diff"], "before_header": name, "after_header": name} for name, result in by_name if "diff" in result],
        "msg": " ".join(messages),
        "results": entries,
    }
    for kind in ("warnings", "deprecations"):
        one[kind] = [note for result in results for note in result.get(kind) or ()]
    if failed:
        one["failed"] = True
        errors = [result["error"] for _name, result in failed if "error" in result]
        if errors:
            one["error"] = errors[0]
    if any(result.get("unreachable") for result in results):
        one["unreachable"] = True
    return {key: value for key, value in one.items() if value not in ("", [])}


def _with_name(name, message):
    return message if message.startswith("Connection %r: " % name) else "%s: %s" % (name, message)


def _entry(result):
    return {key: result[key] for key in ("changed", "failed", "msg", "connection", "error") if key in result}


def _to_register(options, extra_tags, is_instance):
    if extra_tags:
        extra = parse_given(extra_tags)
        if options.get("tags") is None:
            # Nothing is known of the other tags, so they stay.
            options = {**options, "tags": extra, "purge_tags": False}
        else:
            options = {**options, "tags": {**parse_given(options["tags"]), **extra}}
    if options.get("state") == "present" and options.get("password") is None:
        raise InvalidInput(
            "%spassword is not set: the connection %r needs the password of its PostgreSQL user%s."
            % (PREFIX, options["name"], " (there, or in its item of %sinstances)" % PREFIX if is_instance else "")
        )
    return Item(options["name"], options)


def _to_switch(options, operation):
    desired = options.get("state", "present")
    if desired not in [*OPERATIONS[operation]]:
        raise InvalidInput("%sstate is %r: it has to be one of %s." % (PREFIX, desired, ", ".join(OPERATIONS[operation])))
    state = OPERATIONS[operation][desired]
    if state is None:
        return Item(options["name"], options, "Connection %r: left alone, since the inventory wants it %s." % (options["name"], desired))
    # Nothing but name and state: no field is compared or written.
    kept = {key: value for key, value in options.items() if key not in TO_WRITE and key != "state"}
    return Item(options["name"], {**kept, "state": state})


def _checked_name(variable, name):
    """Return the name of a connection as a text. A number is one, as inventories in YAML have it."""
    return ITEM["name"].converted(variable, name)


def _check_names(names):
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput("The name %r stands twice in %sinstances: each connection of the platform has a name of its own." % (name, PREFIX))


def _checked_list(instances):
    if not isinstance(instances, list):
        raise InvalidInput("%sinstances has to be a list, with one item for each PostgreSQL cluster of the host." % PREFIX)
    return instances


def _merged(host, item, number):
    """Return the options of an instance: its own, over those of its host."""
    where = "%sinstances[%d]" % (PREFIX, number)
    if not isinstance(item, dict):
        raise InvalidInput("%s has to be a mapping with name and port." % where)
    check_keys(where, item, INSTANCE)
    own = {key: value for key, value in item.items() if value is not None and not (isinstance(value, str) and not value.strip())}
    missing = [key for key in INSTANCE[:2] if key not in own]
    if missing:
        raise InvalidInput("%s (%s) lacks %s." % (where, own.get("name", "without a name"), " and ".join(missing)))
    own["name"] = _checked_name(where + ".name", own["name"])
    if "tags" in own:
        own["tags"] = {**parse_given(host.get("tags", {})), **parse_given(own["tags"])}
    return {**host, **own}
