# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The samples of README, of guides and of a role that are no story from beginning to end: each is run, page by page.

What is a story is followed by test_guides.py; what cannot be run here is listed in support/guides.py.
"""

from __future__ import annotations

import json
import os
import re

import pytest
import yaml
from embedded.collection import ROOT
from support.guides import PASSWORD, Guide
from support.markdown import Loader, Page
from support.playbook import Ansible, interpreter

SECRETS = {"vault_datasentinel_password": PASSWORD, "vault_billing_password": PASSWORD}
#: In the place of the module that sends mail, which is of a collection that is not here: keeps what it was given.
MAIL = """\
import json
from ansible.module_utils.basic import AnsibleModule
names = ("to", "subject", "body", "attach")
module = AnsibleModule({name: {"type": "list" if name == "attach" else "str"} for name in names})
module.exit_json(sent=module.params)
"""


@pytest.fixture
def ansible(tmp_path, platform):
    return Ansible(tmp_path, platform.environment())


@pytest.fixture
def guide(tmp_path, platform):
    """A function that opens a page."""
    return lambda name: Guide(name, tmp_path, platform)


def loaded(text):
    """YAML of a sample, without the mark of values that are no expressions."""
    return yaml.load(text, Loader)


def put(platform, *names, **fields):
    """Have connections on the platform as the inventory of the guides has them."""
    for name in names:
        host = "pg-sales.example.com" if name == "pg-sales" else "pg-shared.example.com"
        tags = "environment=production,datacenter=lyon" + ("" if name == "pg-sales" else f",application={name}")
        port = 5433 if name == "billing" else 5432
        platform.store.put(name, **{"host": host, "port": port, "user": "datasentinel", "password": PASSWORD, "tags": tags, "connected": True, **fields})


def test_the_readme(guide, ansible, platform, postgres):
    with guide("README.md") as readme:
        readme.inventory()
        readme.write("inventory/group_vars/postgresql.yml", readme.take("yaml"))
        readme.shell(readme.take("shell"))
        assert platform.store.names() == ["billing", "crm", "pg-sales"]
        [task] = loaded(readme.take("yaml"))
        # To wait for a real server, the task is given one.
        task["datasentinel.platform.datasentinel_connection"].update(host=postgres.host, port=postgres.port)
        ansible.tasks(task, variables={"vault_datasentinel_password": postgres.password}).succeeded()
        assert platform.display("sales-production")["connected"]


def test_access(tmp_path, tls_platform):
    tls_platform.reset()
    with Guide("docs/access.md", tmp_path, tls_platform) as access:
        play = loaded(access.take("yaml"))
        [task] = loaded(access.take("yaml"))
        look = {"name": "Look", "datasentinel.platform.datasentinel_platform_info": {}}
        variables = {**SECRETS, "vault_datasentinel_token": tls_platform.token()}
        outcome = Ansible(tmp_path).tasks(look, task, play=play, variables=variables).succeeded()
        assert outcome["Look"]["access"] == "granted" and outcome.changed() == [False, True]
        assert tls_platform.store.names() == ["sales-production"]


def test_the_action_group(guide, platform, tmp_path):
    with guide("docs/action-group.md") as group:
        outcome = Ansible(tmp_path).run(loaded(group.take("yaml")), variables={**SECRETS, "vault_datasentinel_api_password": platform.password}).succeeded()
        assert outcome["Show whether it is connected"]["msg"] == {"sales-production": False, "billing-production": False}
        named = re.findall(r"^\| \[`(\w+)`\]", group.page.text, re.MULTILINE)
        assert named == yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]["datasentinel"]


def test_certificates_and_conformance(tmp_path, tls_platform):
    tls_platform.reset()
    access = {name: value for name, value in tls_platform.environment().items() if "API_" in name}
    with Guide("docs/certificates.md", tmp_path, tls_platform) as certificates:
        assert "failed=0" in certificates.shell(certificates.take("shell"), **access)
        certificates.inventory()
        certificates.write("inventory/group_vars/all/ca.yml", certificates.take("yaml"))
        assert "changed=1" in certificates.shell("ansible-playbook datasentinel.platform.register -i inventory --check", DATASENTINEL_CA_PATH="")
        address = tls_platform.url.removeprefix("https://")
        presented = certificates.shell(certificates.take("shell").replace("platform.example.com:443", address))
        assert "BEGIN CERTIFICATE" in presented and "Embedded Datasentinel platform" in presented
    with Guide("docs/conformance.md", tmp_path, tls_platform) as conformance:
        # What make does, with the environment of the tests.
        script = conformance.take("shell").replace("make conformance", "python -m conformance")
        assert "holds" in conformance.shell(script, PYTHONPATH=str(ROOT / "tests"))
        assert json.loads((tmp_path / ".cache/conformance.json").read_text())


def test_audit(guide, ansible, platform, tmp_path):
    put(platform, "pg-sales", "crm", "billing")
    with guide("docs/audit.md") as audit:
        audit.inventory()
        # A host with a web server, which is this one.
        audit.write("inventory/web.yml", f"all: {{hosts: {{web1: {{ansible_connection: local, ansible_python_interpreter: '{interpreter()}'}}}}}}\n")
        first, again = audit.take("shell"), audit.take("shell")
        audit.write("publish.yml", audit.take("yaml").replace("/var/www/html", str(tmp_path / "www")))
        audit.write("slice.yml", audit.take("yaml"))
        # A slice publishes in a folder of its own, and all of them together where the web server has them.
        audit.shell(f"{first}\n{again.strip()} -e @publish.yml -e @slice.yml -e awx_job_id=7\n{audit.take('shell').strip()} -i inventory -e @publish.yml")
        assert (tmp_path / "www/datasentinel-audit/audit.html").is_file() and (tmp_path / "audits/7/audit.json").is_file()
        merged = json.loads((tmp_path / "datasentinel-audit/audit.json").read_text())
        assert merged["summary"]["ok"] == 3 and merged["coverage"]["parts"] == 1
        # By mail: somebody has disabled one.
        put(platform, "crm", enabled=False, connected=False)
        audit.write("collections/ansible_collections/community/general/plugins/modules/mail.py", MAIL)
        paths = os.pathsep.join([str(tmp_path / "collections"), os.environ["ANSIBLE_COLLECTIONS_PATH"]])
        outcome = ansible.run(loaded(audit.take("yaml")), "-i", "inventory", environment={"ANSIBLE_COLLECTIONS_PATH": paths}).succeeded()
        sent = outcome["Mail the report if there is something in it"]["sent"]
        assert "1 disabled" in sent["subject"] and "crm" in sent["body"] and sent["attach"] == [str(tmp_path / "datasentinel-audit/audit.html")]


def test_faults(guide, ansible, platform):
    with guide("docs/faults.md") as faults:
        [task] = loaded(faults.take("yaml"))
        assert ansible.tasks(task, variables=SECRETS).succeeded().changed() == [True]
        assert platform.store.names() == ["sales-production"]


def test_many_connections(guide, ansible, platform):
    with guide("docs/many.md") as many:
        many.inventory()
        together, each = many.take("shell"), loaded(many.take("yaml"))
        table = next(sample.text for sample in many.page.samples("text") if sample.section == "A file")
        many.write("connections.csv", table)
        many.write("secrets.yml", f"datasentinel_connection_password: {PASSWORD}\n")
        output = many.shell(f"{together}\n{many.take('shell')}")
        assert output.count("3 connections: ") == 2 and "3 connections: 3 created" in output
        assert platform.store.get("sales")["tags"] == "application=sales,environment=production"
        [task] = loaded(many.take("yaml"))
        task.update(loaded(many.take("yaml")))
        outcome = ansible.run(
            [*each, {"hosts": "localhost", "gather_facts": False, "tasks": [task]}],
            "-i",
            "inventory",
            variables={**SECRETS, "billing_connections": [{"name": "invoices", "host": "pg-invoices.example.com"}]},
        ).succeeded()
        shown = outcome.results("Show what the platform has for each host")
        assert [one["name"] for one in shown["pg-shared"]["msg"]] == ["crm", "billing"] and outcome[task["name"]]["summary"]["created"] == 1


def test_secrets(guide, platform, tmp_path):
    with guide("docs/secrets.md") as secrets:
        secrets.write_files(next(sample for sample in Page("docs/getting-started.md").samples("yaml") if sample.title == "inventory/hosts.yml"))
        (tmp_path / "inventory/group_vars/all/vault.yml").unlink()
        secrets.write("vault-password", "of-the-vault")
        # The two passwords come from a file and a pipe here, instead of from somebody who types.
        typed = "--ask-vault-password"
        encrypt, variable, register = secrets.take("shell"), secrets.take("yaml"), secrets.take("shell")
        assert typed in encrypt and typed in register
        secrets.shell(encrypt.replace(typed, "--vault-password-file vault-password"), stdin=PASSWORD)
        with (tmp_path / "inventory/group_vars/postgresql.yml").open("a") as inventory:
            inventory.write(variable)
        secrets.write("inventory/host_vars/pg-shared.yml", secrets.take("yaml"))
        register = register.replace(typed, "--vault-password-file vault-password")
        secrets.shell(register, POSTGRESQL_MONITORING_PASSWORD="an0ther")
        assert [platform.store.get(name)["password"] for name in ("pg-sales", "crm")] == [PASSWORD, "an0ther"]
        secrets.write("inventory/host_vars/pg-shared.yml", secrets.take("yaml"))
        secrets.shell(register)
        assert platform.store.get("crm")["password"] == "s{{cret"


def test_the_role(guide, ansible, platform):
    with guide("roles/datasentinel_connection/README.md") as role:
        [play] = loaded(role.take("yaml"))
        hosts = {"pg-sales": {}, "pg-shared": loaded(role.take("yaml"))}
        tasks = {"hosts": "postgresql", "gather_facts": False, "tasks": loaded(role.take("yaml"))}
        variables = {**SECRETS, "datasentinel_connection_password": PASSWORD}
        outcome = ansible.run([play, tasks], inventory={"postgresql": {"hosts": hosts}}, variables=variables).succeeded()
        assert outcome.changed().count(True) == 2 and platform.store.names() == ["billing", "crm", "pg-sales"]
        assert not platform.store.get("billing")["enabled"]
