# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templating that fails for what is not defined, whatever ansible.cfg says."""

from __future__ import annotations

import pytest
from ansible import constants
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.datasentinel.platform.plugins.plugin_utils._strict_template import template_strictly

try:
    from ansible.template import trust_as_template as template
except ImportError:  # up to ansible-core 2.18, where every text is one
    template = str


@pytest.mark.parametrize("strict", [True, False])
def test_what_is_not_defined_is_an_error_at_any_depth(monkeypatch, strict):
    """False has no effect from ansible-core 2.19 on."""
    monkeypatch.setattr(constants, "DEFAULT_UNDEFINED_VAR_BEHAVIOR", strict, raising=False)
    templar = Templar(DataLoader(), variables={"there": "x", "inner": template("{{ nowhere }}")})
    for text in ("{{ nowhere }}", "{{ inner }}", "a{{ inner }}"):
        with pytest.raises(AnsibleError):
            template_strictly(templar, {"a": [template(text)]})
    assert template_strictly(templar, template("{{ there }} {{ nowhere | default('y') }}")) == "x y"
    assert getattr(templar, "_fail_on_undefined_errors", strict) is strict, "and the templar is as it was"
