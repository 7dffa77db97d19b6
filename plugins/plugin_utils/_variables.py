# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the collection's playbooks and roles as one table, and what is wrong with those that are given. Private to the collection.

A test compares the playbooks, the roles and the documentation with it.
"""

from __future__ import annotations

import difflib
import re

from ..module_utils._commands._options import Option
from ..module_utils._common._errors import InvalidInput
from ._role_variables import PREFIX as ROLE_PREFIX
from ._role_variables import ROLE_VARIABLES, may_be_a_template, misspelled_in_role

PREFIX = "datasentinel_"
#: What users set for playbooks.
OF_PLAYBOOKS = {
    "datasentinel_hosts": Option(type="raw"),
    "datasentinel_bulk": Option(type="bool"),
    "datasentinel_concurrency": Option(type="int"),
    "datasentinel_serial": Option(type="raw"),
    "datasentinel_drop_user": Option(type="bool"),
    "datasentinel_file": Option(type="path"),
    "datasentinel_maintenance_tasks": Option(type="path"),
    "datasentinel_audit_dir": Option(type="path"),
    "datasentinel_audit_fail_on": Option(type="list"),
    "datasentinel_audit_previous": Option(type="path"),
    "datasentinel_audit_publish_dir": Option(type="path"),
    "datasentinel_audit_publish_host": Option(),
    "datasentinel_audit_reports": Option(type="list"),
    "datasentinel_audit_slice": Option(),
    "datasentinel_awx_connection_password": Option(secret=True),
    "datasentinel_awx_credential": Option(),
    "datasentinel_awx_credentials": Option(type="list"),
    "datasentinel_awx_execution_environment": Option(),
    "datasentinel_awx_inventory": Option(),
    "datasentinel_awx_organization": Option(),
    "datasentinel_awx_platform_ca": Option(),
    "datasentinel_awx_platform_password": Option(secret=True),
    "datasentinel_awx_platform_token": Option(secret=True),
    "datasentinel_awx_platform_url": Option(),
    "datasentinel_awx_platform_username": Option(),
    "datasentinel_awx_platform_verify": Option(type="bool"),
    "datasentinel_awx_project": Option(),
    "datasentinel_awx_project_branch": Option(),
    "datasentinel_awx_project_credential": Option(),
    "datasentinel_awx_project_url": Option(),
    "datasentinel_awx_schedule": Option(),
    "datasentinel_awx_update_secrets": Option(type="bool"),
    "datasentinel_awx_wait": Option(type="bool"),
}
#: Those of the role datasentinel_monitoring_user.
OF_MONITORING_USER = {
    "datasentinel_monitoring_user_name": Option(),
    "datasentinel_monitoring_user_password": Option(secret=True),
    "datasentinel_monitoring_user_state": Option(choices=("present", "absent")),
    "datasentinel_monitoring_user_instances": Option(type="list", items={}),
    "datasentinel_monitoring_user_platform_address": Option(),
    "datasentinel_monitoring_user_manage_hba": Option(type="bool"),
    "datasentinel_monitoring_user_manage_preload": Option(type="bool"),
    "datasentinel_monitoring_user_restart": Option(type="bool"),
    "datasentinel_monitoring_user_service": Option(),
    "datasentinel_monitoring_user_restart_command": Option(),
    "datasentinel_monitoring_user_become": Option(type="bool"),
    "datasentinel_monitoring_user_become_user": Option(),
    "datasentinel_monitoring_user_login_host": Option(),
    "datasentinel_monitoring_user_login_port": Option(type="int"),
    "datasentinel_monitoring_user_login_user": Option(),
    "datasentinel_monitoring_user_login_password": Option(secret=True),
    "datasentinel_monitoring_user_login_unix_socket": Option(type="path"),
}
#: Those that plays and the roles in them set for themselves, and so are among the variables of a play.
OF_PLAYS = (
    "datasentinel_awx_organization_name",
    "datasentinel_awx_inventory_name",
    "datasentinel_awx_project_name",
    "datasentinel_awx_credential_name",
    "datasentinel_onboard_lines",
    "datasentinel_monitoring_user_found",
    "datasentinel_monitoring_user_preload",
)
#: All that users set, in the order of the table.
PUBLIC = (*OF_PLAYBOOKS, *ROLE_VARIABLES, *OF_MONITORING_USER)
#: By type: what it is in words, and what it looks like. Of booleans, what the filter ``bool`` takes for true or false on every ansible-core.
_KINDS = {"bool": ("true or false", "true|yes|on|1|false|no|off|0"), "int": ("a whole number", "[0-9]+")}
_CHECKED = {
    "datasentinel_serial": ("a number of hosts from 1 on, a percentage, or a list of them", "0*[1-9][0-9]*%?"),
    **{name: _KINDS[option.type] for name, option in {**OF_PLAYBOOKS, **OF_MONITORING_USER}.items() if option.type in _KINDS},
}


def misspelled(names):
    """Return a warning for each name that is nearly one of the table, with that one. Variables of one's own are none of them.

    names: of variables, in any number.
    """
    ours = {name[len(PREFIX) :]: name for name in PUBLIC}
    warnings = misspelled_in_role(names)
    for name in sorted(set(names)):
        if name in PUBLIC or name in OF_PLAYS or name.startswith(ROLE_PREFIX) or not name.lower().startswith("data"):
            continue
        lower = name.lower()
        if lower.startswith(PREFIX):
            # Without what all have in common, which would make any short name near; of a short one, two swapped letters are much.
            short = lower[len(PREFIX) :]
            swapped = [known for known in ours if sorted(known) == sorted(short)]
            near = [ours[known] for known in swapped or difflib.get_close_matches(short, ours, n=1, cutoff=0.85)]
        else:
            near = difflib.get_close_matches(lower, PUBLIC, n=1, cutoff=0.9)
        if near:
            warnings.append("%s is no variable of this collection, and has no effect. Is %s meant?" % (name, near[0]))
    return warnings


def check_values(variables):
    """Raise InvalidInput for the first boolean or number of the table that is none. Empty text is "not given".

    variables: as they are given. Expressions are left to whoever evaluates them.
    """
    for name, (words, pattern) in _CHECKED.items():
        value = variables.get(name)
        for item in value if isinstance(value, list) else [value]:
            if item is None or not str(item).strip() or may_be_a_template(item):
                continue
            if not re.fullmatch(pattern, str(item), re.IGNORECASE):
                raise InvalidInput("%s has to be %s, and it is %r." % (name, words, item), name)
