# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templating that fails for what is not defined, whatever ansible.cfg says. Private to the collection."""

from __future__ import annotations

#: Of Ansible's templar up to ansible-core 2.18: false with ANSIBLE_ERROR_ON_UNDEFINED_VARS=False, as which an expression that holds
#: something undefined stays as it is. It would be sent as the value, and so would one within the variables that it names.
_FLAG = "_fail_on_undefined_errors"


def template_strictly(templar, value):
    """Return value, templated by Ansible's templar. Raise AnsibleError where something in it is not defined."""
    if getattr(templar, _FLAG, True):
        return templar.template(value)
    setattr(templar, _FLAG, True)
    try:
        return templar.template(value)
    finally:
        setattr(templar, _FLAG, False)
