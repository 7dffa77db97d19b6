# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's runner: from the role's variables to the options of its connections, and their results as one. Private.

A role that hands on each variable as an option (``host: "{{ datasentinel_connection_host }}"``) has Ansible compile some
twenty expressions for every host anew, which costs more than the work itself. So the role's tasks name no options, and
the action plugin takes them from the variables: those that are set, and most of them no expressions at all.
"""

from __future__ import annotations

from ..module_utils._common._errors import InvalidInput
from ..module_utils._connection._tags import parse_given

#: The task variable by which a task of the role asks for it.
FROM_ROLE = "datasentinel_connection_from_role"
PREFIX = "datasentinel_connection_"
#: What an item of datasentinel_connection_instances may hold; the first two it has to.
INSTANCE = ("name", "port", "host", "user", "password", "tags", "state")


def given_options(names, variable):
    """The options that are set as variables of the role: a dict. variable: gives the value of one by its name, None if not set."""
    values = {name: variable(PREFIX + name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def connections(host, instances, override_state, extra_tags=None):
    """The options of each connection of a host: a list of dicts.

    host: the options that the host has in common. instances: the items of ``datasentinel_connection_instances``, or None.
    override_state: the state for all, except for those that the inventory wants absent; or None. extra_tags: laid over all
    others, as a mapping or a text; None or empty: none.
    Raises InvalidInput, naming the variable.
    """
    found = [dict(host)] if not instances else [_merged_into(host, item, number) for number, item in enumerate(_checked_list(instances))]
    for options in found:
        if extra_tags:
            options["tags"] = {**parse_given(options.get("tags", {})), **parse_given(extra_tags)}
        if override_state is not None and options.get("state") != "absent":
            options["state"] = override_state
        if options.get("state", "present") == "present" and options.get("password") is None:
            raise InvalidInput(
                "%spassword is not set: the connection %r needs the password of its PostgreSQL user%s."
                % (PREFIX, options.get("name"), " (there, or in its item of %sinstances)" % PREFIX if instances else "")
            )
    return found


def combined(names, results):
    """The results of a host's connections as one result.

    names: of the connections. A single result stays as it is; several give ``connections``, and diffs and sentences by name.
    """
    if len(results) == 1:
        return results[0]
    told = list(zip(names, results))
    failed = [(name, result) for name, result in told if result.get("failed")]
    # Where something failed, what went well is in connections.
    sentences = ["%s: %s" % (name, result["msg"]) for name, result in (failed or told) if result.get("msg")]
    result = {
        "changed": any(result.get("changed", False) for result in results),
        "connections": [result["connection"] for result in results if "connection" in result],
        "diff": [{**result["diff"], "before_header": name, "after_header": name} for name, result in told if "diff" in result],
        "msg": " ".join(sentences),
    }
    for kind in ("warnings", "deprecations"):
        result[kind] = [note for result in results for note in result.get(kind) or ()]
    if failed:
        result["failed"] = True
        result.update({"error": error for _name, one in reversed(failed) for error in [one.get("error")] if error})
    return {key: value for key, value in result.items() if value not in ("", [])}


def _checked_list(instances):
    if not isinstance(instances, list):
        raise InvalidInput("%sinstances has to be a list, with one item for each PostgreSQL cluster of the host." % PREFIX)
    return instances


def _merged_into(host, item, number):
    where = "%sinstances[%d]" % (PREFIX, number)
    if not isinstance(item, dict):
        raise InvalidInput("%s has to be a mapping with name and port." % where)
    unknown = sorted(str(key) for key in item if key not in INSTANCE)
    if unknown:
        raise InvalidInput("%s holds %s, which is not known there: it may hold %s." % (where, ", ".join(unknown), ", ".join(INSTANCE)))
    missing = [key for key in INSTANCE[:2] if item.get(key) is None]
    if missing:
        raise InvalidInput("%s (%s) lacks %s." % (where, item.get("name", "without a name"), " and ".join(missing)))
    own = {key: value for key, value in item.items() if value is not None}
    if "tags" in own:
        own["tags"] = {**parse_given(host.get("tags", {})), **parse_given(own["tags"])}
    return {**host, **own}
