# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: hosts
short_description: The hosts that a playbook of this collection acts on
version_added: 1.0.0
description:
  - Serves the C(hosts) keyword of the collection's playbooks, and returns the patterns in the variable C(datasentinel_hosts),
    a string or a list of strings, as the C(hosts) keyword takes them.
  - The variable is taken from the command line (extra variables, a survey) or the C(vars) of C(import_playbook), and otherwise from the
    inventory, where it is a variable of the group V(all). Ansible itself offers no variable of the inventory to the C(hosts) keyword.
    If it is not set anywhere, or empty, it is the group V(postgresql).
  - A variable that is nearly called C(datasentinel_hosts), such as C(datasentinel_host), is an error if it is given in one of these ways and
    C(datasentinel_hosts) is not. Otherwise the playbook would act on more hosts than were named.
  - Patterns that match no host of the inventory, within the limit if there is one, are an error. Ansible itself skips such a play
    and ends with success.
  - A variable that is empty on the command line draws a warning that names what is acted on instead, except in AWX, where a survey leaves
    an answer empty on purpose.
  - When a play begins, its variables and those of its hosts and their groups are looked through. A name that is nearly one of the collection's
    draws a warning with that one, and a boolean or number of the collection's playbooks that is none is an error.
options:
  _terms:
    description:
      - Patterns to return instead, for a playbook that does not act on the hosts in C(datasentinel_hosts).
        That they match no host, since a limit leaves it out, is an error as well.
    type: list
    elements: str
  required:
    description:
      - Whether C(datasentinel_hosts) has to be given on the command line or in the C(vars) of C(import_playbook).
        There is no default then, and a value in the inventory does not count.
    type: bool
    default: false
  unheeded:
    description:
      - Variables that the playbook does not heed though others of the collection do, and without which it would do something else than was
        meant. One that is given on the command line and is neither empty nor false is an error.
    type: list
    elements: str
    default: []
notes:
  - With C(--syntax-check), which needs no inventory, nothing is checked.
author:
  - The datasentinel.platform contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Register PostgreSQL hosts
  hosts: "{{ query('datasentinel.platform.hosts') }}"
  gather_facts: false
  roles:
    - datasentinel.platform.datasentinel_connection

- name: Deregister PostgreSQL hosts that are named on the command line
  hosts: "{{ query('datasentinel.platform.hosts', required=true) }}"
  gather_facts: false
  vars:
    datasentinel_connection_state: absent
  roles:
    - datasentinel.platform.datasentinel_connection
"""

RETURN = r"""
_list:
  description: Patterns for the C(hosts) keyword, which match at least one host.
  type: list
  elements: str
  sample: [postgresql, "!staging"]
"""

import difflib
import inspect
import os
import traceback

from ansible import context
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.executor.playbook_executor import PlaybookExecutor
from ansible.inventory.group import Group
from ansible.inventory.host import Host
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.lookup import LookupBase
from ansible.template import Templar
from ansible.utils.display import Display
from ansible.vars.plugins import get_vars_from_inventory_sources, get_vars_from_path
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import InvalidInput
from ansible_collections.datasentinel.platform.plugins.plugin_utils._role_variables import OF_PLAYBOOK, PREFIX
from ansible_collections.datasentinel.platform.plugins.plugin_utils._variables import check_values, misspelled

VARIABLE = "datasentinel_hosts"
DEFAULT = "postgresql"
#: By which the collection's playbooks tell its roles what to do.
OWN = (PREFIX + OF_PLAYBOOK, "datasentinel_monitoring_user_look")
#: What Ansible evaluates with the playbook, before it knows the variables of hosts.
OF_THE_PLAYBOOK = ("datasentinel_bulk", "datasentinel_serial")


class LookupModule(LookupBase):
    """Finds the hosts that a playbook acts on, and refuses to act on none."""

    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        if context.CLIARGS.get("syntax"):
            return terms or [DEFAULT]
        if "inventory_hostname" not in variables:
            refuse_what_is_not_understood(variables)
            refuse_unheeded(self.get_option("unheeded"), variables)
        try:
            inventory = inventory_of_run(self._loader, variables)
            if terms and not inventory.get_hosts(terms):
                refuse_no_host(terms, variables.get("ansible_limit"))
            patterns = terms or self._matching_patterns(inventory, variables)
            # In a task there is a host, and all is checked by then.
            if "inventory_hostname" not in variables:
                self._check_variables(inventory, patterns, variables)
            return patterns
        except InvalidInput as error:
            raise AnsibleLookupError(str(error)) from None
        except AnsibleLookupError:
            raise
        except AnsibleError as error:
            # A range beyond the group, no regular expression, an undefined variable in the value, a vault without its password.
            raise AnsibleLookupError(f"{VARIABLE} cannot be resolved ({error}): set it to a group or pattern of the inventory.") from None

    def _matching_patterns(self, inventory: InventoryManager, variables: dict) -> list[str]:
        patterns = self._patterns(variables)
        if not patterns:
            refuse_misspelling(variables)
        if not patterns and self.get_option("required"):
            raise AnsibleLookupError(
                f"{VARIABLE} is not given: this playbook has no default, so name a group or pattern of hosts on the command line "
                f"(-e {VARIABLE}=...) or in the survey; a value in the inventory does not count."
            )
        if not patterns:
            of_all = variables_of(self._loader, inventory.groups["all"], variables)
            patterns = self._patterns({**of_all, **variables, VARIABLE: of_all.get(VARIABLE)})
            if not patterns:
                patterns = [DEFAULT]
                self._warn_of_other_groups(inventory, variables)
            # AWX hands over an answer that is left empty on purpose; on a command line it is a shell variable that is not set.
            if VARIABLE in variables and "awx_job_id" not in variables:
                Display().warning(f"{VARIABLE} is empty, which counts as not given: this playbook acts on {','.join(patterns)}.")
        if not inventory.get_hosts(patterns):
            limit = variables.get("ansible_limit")
            within, or_limit = (f" within the limit {limit!r}", ", or change the limit") if limit else ("", "")
            raise AnsibleLookupError(
                f"No host of the inventory matches {','.join(patterns)!r}{within}: set {VARIABLE} to a group or pattern that does{or_limit}."
            )
        return patterns

    def _warn_of_other_groups(self, inventory: InventoryManager, variables: dict) -> None:
        """Warn of groups that name the hosts to no avail."""
        groups = [name for name, group in inventory.groups.items() if name != "all" and variables_of(self._loader, group, variables).get(VARIABLE)]
        if groups:
            Display().warning(f"{VARIABLE} is set in the group {', '.join(groups)}, where it has no effect: set it in the group all, or give it by -e.")

    def _patterns(self, variables: dict) -> list[str]:
        return split_patterns(Templar(loader=self._loader, variables=variables).template(variables.get(VARIABLE)))

    def _check_variables(self, inventory: InventoryManager, patterns: list[str], variables: dict) -> None:
        """Warn of misspelled variables of the play and of its hosts, and raise InvalidInput for one whose value cannot be."""
        hosts = inventory.get_hosts(patterns)
        groups = dict.fromkeys([inventory.groups["all"], *(group for host in hosts for group in host.get_groups())])
        names: set[str] = set()
        for given in (variables_of(self._loader, entity, variables) for entity in (*groups, *hosts)):
            names.update(given)
            check_values(given)
        check_values(variables)
        late = [name for name in OF_THE_PLAYBOOK if name in names and name not in variables]
        for warning in [*misspelled({*names, *variables}), *(f"{name} is set in the inventory, where it has no effect: give it by -e." for name in late)]:
            Display().warning(warning)


def refuse_no_host(patterns: list[str], limit: str | None) -> None:
    """Raise AnsibleLookupError for patterns of a playbook's own that match no host."""
    named = ",".join(patterns)
    if limit:
        raise AnsibleLookupError(f"This playbook runs on {named}, which the limit {limit!r} leaves out, so nothing was done: leave out the limit.")
    raise AnsibleLookupError(f"No host of the inventory matches {named!r}.")


def refuse_what_is_not_understood(variables: dict) -> None:
    """Raise AnsibleLookupError for text of the command line that is no variable, and for one of the collection's own that has a playbook do another's work."""
    if variables.get("_raw_params"):
        # Not quoted: it may be the rest of a password that holds a space.
        raise AnsibleLookupError(
            "-e holds text that is no name=value and would have no effect: write name=value without spaces around the =, and put a value that "
            "holds spaces in quotes of its own (-e \"name='a value'\")."
        )
    own = next((name for name in OWN if name in variables), None)
    if own:
        raise AnsibleLookupError(f"{own} is for the collection's own playbooks: leave it out, and run the playbook that does what is meant.")


def refuse_unheeded(names: list[str], variables: dict) -> None:
    """Raise AnsibleLookupError for the first variable with these names whose value asks for something."""
    for name in names:
        if str(variables.get(name) or "").strip().lower() not in ("", "false", "no", "off", "0"):
            raise AnsibleLookupError(f"{name} is not heeded by this playbook, so nothing was done: leave it out, or run the playbook that heeds it.")


def refuse_misspelling(variables: dict) -> None:
    """Raise AnsibleLookupError where a variable has nearly the name of the one that names the hosts, and that one is not among them."""
    names = {name.lower(): name for name in variables}
    near = [] if VARIABLE in variables else difflib.get_close_matches(VARIABLE, names, n=1, cutoff=0.9)
    if not near and VARIABLE not in variables and os.environ.get(VARIABLE.upper()):
        raise AnsibleLookupError(f"The environment variable {VARIABLE.upper()} has no effect: name the hosts by -e {VARIABLE}=..., or unset it.")
    if near:
        raise AnsibleLookupError(
            f"{names[near[0]]} is no variable of this playbook, and {VARIABLE} is not given, so it would not act on the hosts that were named. "
            f"If {VARIABLE} is meant, correct the name; otherwise give {VARIABLE} as well."
        )


def split_patterns(value) -> list[str]:
    """The single patterns in the value of the variable; none in null and in text that is blank or holds separators alone.

    Raises AnsibleLookupError where the value is neither text nor a list of texts, holds an operator (!, & or ~) without a name, or only takes away.
    """
    values = ["" if item is None else item for item in (value if isinstance(value, list) else [value])]
    valid = all(isinstance(item, str) for item in values)
    # Split twice, since a text with commas keeps its colons the first time.
    patterns = split_host_pattern(split_host_pattern(values)) if valid else []
    # To Ansible, no pattern at all is every host, and so is "~" alone; the other operators alone make it crash.
    if not valid or not all(pattern.lstrip("!&~") for pattern in patterns):
        raise AnsibleLookupError(f"{VARIABLE} is {value!r}: it has to be a group or pattern of hosts, as text, or a list of them.")
    # To Ansible, that is all hosts but these. Where a variable of the shell is not set ("$GROUP:!staging"), it is what is left of a pattern.
    if patterns and all(pattern[0] in "!&" for pattern in patterns):
        raise AnsibleLookupError(
            f"{VARIABLE} is {value!r}, which names no hosts and only leaves some out (!, &): name first what they are left out of, as in 'postgresql:!staging'."
        )
    return patterns


def inventory_of_run(loader: DataLoader, variables: dict) -> InventoryManager:
    """The inventory of the run, with its limit.

    Ansible resolves the hosts of the first play before there is `hostvars`, and hands a lookup no inventory. To read it again takes a second
    for 1,000 hosts, and asks dynamic sources twice; so it is taken from the executor that is among the callers, and read again only without one.
    """
    callers = (frame.f_locals.get("self") for frame, _line in traceback.walk_stack(inspect.currentframe()))
    executor = next((caller for caller in callers if isinstance(caller, PlaybookExecutor)), None)
    if executor:
        return executor._inventory
    inventory = InventoryManager(loader=loader, sources=variables.get("ansible_inventory_sources"))
    inventory.subset(variables.get("ansible_limit"))
    return inventory


def variables_of(loader: DataLoader, entity: Group | Host, variables: dict) -> dict:
    """The variables of a group or host itself: in the inventory, beside it, and beside the playbook, where the last wins, as in Ansible itself."""
    return {
        **entity.vars,
        **get_vars_from_inventory_sources(loader, variables.get("ansible_inventory_sources") or (), [entity], "task"),
        **get_vars_from_path(loader, loader.get_basedir(), [entity], "task"),
    }
