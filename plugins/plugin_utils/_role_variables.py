# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role datasentinel_connection, read for one host. Private to the collection.

A role that hands on each variable as an option (``host: "{{ datasentinel_connection_host }}"``) has Ansible compile some
twenty expressions for every host anew, which costs more than the work itself. So the role's task names no options, and
they are read here: what is not set costs nothing, and only what holds an expression is templated.
"""

from __future__ import annotations

import difflib

from ansible.errors import AnsibleError

from ..module_utils._commands._options import CONNECTION
from ..module_utils._common._errors import InvalidInput
from ..module_utils._common._known_keys import check_keys
from ._plain import plain
from ._strict_template import template_strictly

PREFIX = "datasentinel_connection_"
#: The task variable by which a task of the role asks for it.
FROM_ROLE = PREFIX + "from_role"
#: Variables of the role besides the options of the module.
INSTANCES, OPERATION, EXTRA_TAGS = "instances", "operation", "extra_tags"
#: What an item of the instances may hold; the first two it has to.
INSTANCE = ("name", "port", "host", "user", "password", "tags", "state")
#: The task variable by which a playbook of the collection says what it does; it outranks what users say.
OF_PLAYBOOK = "playbook_operation"
#: All variables that users set.
ROLE_VARIABLES = tuple(PREFIX + name for name in (*CONNECTION, INSTANCES, OPERATION, EXTRA_TAGS))
_KNOWN = (*ROLE_VARIABLES, FROM_ROLE, PREFIX + OF_PLAYBOOK, PREFIX + "result")
#: What the role takes where a variable is not set; name and host come from the host, see `RoleVariables.options`.
DEFAULTS = {"port": 5432, "user": "datasentinel", "state": "present"}
#: The variables that options are taken from where the role's own are not set; the password is that of the role datasentinel_monitoring_user.
_FALLBACKS = {"host": "ansible_host", "password": "datasentinel_monitoring_user_password"}


class RoleVariables:
    """The role's variables of one host.

    table: the options of the module. task_vars: all variables of the host. templar: templates for it.
    """

    def __init__(self, table, task_vars, templar):
        self._table = table
        self._task_vars = task_vars
        self._templar = templar

    def options(self, without=()):
        """Return the options that the host's connections have in common (dict of plain data), the role's defaults among them.

        without: options that are not needed, so that nothing about them can be wrong. Empty text is "not given", as a survey
        leaves it. Raise InvalidInput, naming the variable.
        """
        values = self._values([PREFIX + name for name in self._table if name not in without])
        given = {name[len(PREFIX) :]: value for name, value in values.items()}
        # Only where they are needed, so that nothing about the others can be wrong.
        fallbacks = {name: variable for name, variable in _FALLBACKS.items() if name not in given and name not in without}
        found = self._values(fallbacks.values())
        host = self._task_vars.get("inventory_hostname")
        defaults = {"name": host, "host": host, **DEFAULTS, **{name: found[variable] for name, variable in fallbacks.items() if variable in found}}
        return {name: value for name, value in {**defaults, **given}.items() if name not in without}

    def instances(self, without=()):
        """Return the instances of the host as they are given (plain data), None if they are not. Raise InvalidInput.

        without: keys of theirs that are not needed, as in `options`; not the port, which each of them has to have.
        """
        variable, given = PREFIX + INSTANCES, self._task_vars.get(PREFIX + INSTANCES)
        if isinstance(given, list):
            # As a whole, since an item's password may be an expression that fails.
            given = [_without(item, {*without} - {"port"}) for item in given]
        return self._plain({variable: given} if variable in self._task_vars else {}).get(variable)

    def value(self, name):
        """Return another variable of the role, without its prefix, as plain data; None if it is not given."""
        return self._values([PREFIX + name]).get(PREFIX + name)

    def operation(self):
        """Return what is to be done with the connections. Raise InvalidInput."""
        return self.value(OF_PLAYBOOK) or self.value(OPERATION) or "register"

    def warnings(self):
        """Return a warning for each variable that begins like the role's and is none of them, and for an operation that has no effect."""
        own, asked = self.value(OF_PLAYBOOK), self.value(OPERATION)
        text = "%s%s is %s, and has no effect here, since the playbook itself says what is done (%s)." % (PREFIX, OPERATION, asked, own)
        return misspelled_in_role(self._task_vars) + ([text] if own and asked and own != asked else [])

    def _values(self, names):
        """Return the values of variables as `_plain` has them, without those that are not set."""
        return self._plain({name: self._task_vars[name] for name in names if name in self._task_vars})

    def _plain(self, raw):
        """Return values of variables by name, templated, as plain data; without those that are empty, or ``omit``. Raise InvalidInput."""
        templates = {name: value for name, value in raw.items() if may_be_a_template(value)}
        values = {}
        for name, given in {**raw, **self._templated(templates)}.items():
            if name in templates and given is _OMITTED:
                continue
            value = _decrypted(name, given)
            if value is not None and value != self._task_vars.get("omit") and not (isinstance(value, str) and not value.strip()):
                values[name] = value
        return values

    def _templated(self, templates):
        if not templates:
            return {}
        try:
            # In a mapping, since from 2.19 on only there something may be left out.
            found = template_strictly(self._templar, templates)
        except AnsibleError:
            return {name: self._templated_alone(name, value, self._is_secret(name)) for name, value in templates.items()}
        return {name: found.get(name, _OMITTED) for name in templates}

    def _templated_alone(self, name, value, secret):
        try:
            return template_strictly(self._templar, {name: value}).get(name, _OMITTED)
        except AnsibleError as exc:
            if name == PREFIX + INSTANCES and isinstance(value, list):
                self._check_instances(value)
            # What Ansible says quotes the value.
            reason = _SECRET_REASON if secret else str(exc)
            text = "The variable %s cannot be templated: %s. Text that only looks like an expression is marked with !unsafe."
            raise InvalidInput(text % (name, reason)) from None

    def _check_instances(self, items):
        """Raise InvalidInput for the first part of an item that cannot be templated."""
        for number, item in enumerate(items):
            if isinstance(item, dict):
                where = "%s%s[%d]" % (PREFIX, INSTANCES, number)
                # Under a misspelled key there may be a password, which is not known for one.
                check_keys(where, item, INSTANCE)
                for key, value in item.items():
                    self._templated_alone("%s.%s" % (where, key), value, self._is_secret(PREFIX + key))

    def _is_secret(self, variable):
        """Return whether a variable is a password or a token, or holds some, as the instances as a whole do."""
        option = self._table.get(variable[len(PREFIX) :]) if variable.startswith(PREFIX) else None
        return variable in (_FALLBACKS["password"], PREFIX + INSTANCES) or bool(option and option.secret)


def misspelled_in_role(names):
    """Return a warning for each name that begins like the role's variables and is none of them, with the nearest one."""
    unknown = sorted(name for name in set(names) if name.startswith(PREFIX) and name not in _KNOWN)
    text = "%s is no variable of the role datasentinel_connection, and has no effect. Is %s meant?"
    return [text % (name, _nearest(name)) for name in unknown]


def _nearest(name):
    """Return the role's variable that is nearest to a name: that of which it is a choice, or of those that are part of it, or that it is part of."""
    short = name[len(PREFIX) :].lower()
    parts = [PREFIX + variable for variable, option in CONNECTION.items() if short in (option.choices or ())]
    parts = parts or [variable for variable in ROLE_VARIABLES if short and (short in variable[len(PREFIX) :] or variable[len(PREFIX) :] in short)]
    return difflib.get_close_matches(PREFIX + short, parts or ROLE_VARIABLES, n=1, cutoff=0.0)[0]


_OMITTED = object()
#: Why a secret variable cannot be templated: without what Ansible says, which quotes it.
_SECRET_REASON = (
    "it holds an expression that fails, as one does whose variable is not defined (was its file not read?) or cannot be decrypted "
    "(is the vault password missing, or wrong?)"
)


def _without(item, keys):
    """Return an item of a list without some keys, if it is a mapping; as it is, if it is something else."""
    return {key: value for key, value in item.items() if key not in keys} if isinstance(item, dict) else item


def _decrypted(name, value):
    """Return the value of a variable as plain data. Raise InvalidInput if it is, or holds, a vault value without the right vault password."""
    try:
        return plain(value)
    except AnsibleError:
        text = "The variable %s holds a vault value that cannot be decrypted: give its vault password (--ask-vault-password, --vault-password-file)."
        raise InvalidInput(text % name) from None


def may_be_a_template(value):
    """Return whether a raw value may hold an expression; what Ansible has not marked as trusted, its templar leaves alone."""
    if isinstance(value, dict):
        return any(may_be_a_template(item) for item in (*value.keys(), *value.values()))
    if isinstance(value, (list, tuple)):
        return any(may_be_a_template(item) for item in value)
    # A value of an inline !vault is no str, and not templated: plain() decrypts it.
    return isinstance(value, str) and ("{{" in value or "{%" in value or "{#" in value)
