# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways to do the same work that are compared, and the files that they work from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from .results import AGAIN, FIRST, ONCE

SCRIPT = Path(__file__).with_name("script.py")
DEFAULTS = {"user": "datasentinel", "tags": {"environment": "bench"}}


@dataclass(frozen=True)
class Way:
    """One way to register connections.

    Attributes:
        title: what it is called in tables.
        about: what it is, for whoever reads the tables.
        arguments: of ansible-playbook; None: the plain script.
        phases: what is measured of it.
        token_each: whether each connection mints a token; otherwise one serves all.
    """

    title: str
    about: str
    arguments: tuple[str, ...] | None
    phases: tuple[str, ...] = (FIRST, AGAIN)
    token_each: bool = False

    def command(self, python: Path) -> list[str]:
        """The command, for the Python of an ansible-core's virtual environment; to be run in a folder made by `write_files`."""
        if self.arguments is None:
            return [str(python), str(SCRIPT), "connections.csv"]
        # By its own Python: the first line of a script breaks where a path is long or holds a space or quote.
        return [str(python), str(python.with_name("ansible-playbook")), *self.arguments]


FLEET = ("-i", "inventory.yml")
CONTROL_NODE = ("-i", "control_node.yml")
REGISTER = "datasentinel.platform.register"
BULK = (REGISTER, *FLEET, "-e", "datasentinel_bulk=true")
WAYS = {
    "noop": Way("no-op", "one `assert` that is always true on each host, and no platform: what Ansible itself costs", ("noop.yml", *FLEET), (ONCE,)),
    "role": Way("role", "the playbook `register` as it is: the role, one task on each host", (REGISTER, *FLEET)),
    "bulk": Way("bulk, inventory", "the playbook `register` with `-e datasentinel_bulk=true`: one task for all hosts of the inventory", BULK),
    "bulk 16": Way("bulk, inventory, 16 at a time", "the same with `-e datasentinel_concurrency=16`", (*BULK, "-e", "datasentinel_concurrency=16")),
    "list": Way("bulk, list", "one task of `datasentinel_connections`, its list a variable in a YAML file", ("list.yml", *CONTROL_NODE)),
    "list 16": Way("bulk, list, 16 at a time", "the same with `concurrency: 16`", ("list.yml", *CONTROL_NODE, "-e", "concurrency=16")),
    "file": Way("bulk, CSV file", "one task of `datasentinel_connections` with `src`", ("file.yml", *CONTROL_NODE)),
    "loop": Way("loop", "a loop over the list on localhost, `datasentinel_connection` for each item", ("loop.yml", *CONTROL_NODE)),
    "bastion": Way("bulk, list, by a bastion", "the task of *bulk, list*, delegated to another host: one module", ("bastion.yml", *CONTROL_NODE)),
    "bastion each": Way(
        "task a host, by a bastion",
        "`datasentinel_connection` on each host, delegated to another host: a module for each",
        ("bastion_each.yml", *FLEET, *CONTROL_NODE),
        token_each=True,
    ),
    "uri": Way("uri tasks", "tasks of `ansible.builtin.uri` on each host, as idempotent, with one token", ("uri.yml", *FLEET)),
    "script": Way("plain script", "a Python script without Ansible: the same requests one after the other in one `requests.Session`", None),
}


def write_files(folder: Path, size: int):
    """Write the playbooks, and so many connections as inventory, list and CSV file. Nothing happens where they are there."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    rows = [(f"pg{number:05}", f"240.{number >> 16}.{number >> 8 & 255}.{number & 255}", f"s3cret-of-{number:05}") for number in range(size)]
    hosts = {name: {"ansible_host": host, "datasentinel_connection_password": password} for name, host, password in rows}
    tags = {"datasentinel_connection_tags": DEFAULTS["tags"]}
    _write(folder / "inventory.yml", {"postgresql": {"vars": tags, "hosts": hosts}})
    _write(folder / "connections.yml", {"connections": [{"name": name, "host": host, "password": password} for name, host, password in rows]})
    (folder / "connections.csv").write_text("name,host,password\n" + "".join(",".join(row) + "\n" for row in rows))
    here = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    ours = {"localhost": {"ansible_connection": "local", **here}, "bastion": {"ansible_connection": "bastion", **here}}
    _write(folder / "control_node.yml", {"all": {"hosts": ours}})
    for name, play in PLAYS.items():
        _write(folder / f"{name}.yml", [{"gather_facts": False, **play}])


def _write(path: Path, content):
    path.write_text(yaml.dump(content, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False))


# --- the plays ---------------------------------------------------------------------------------------------------


def _fleet(*tasks: dict, **more) -> dict:
    return {"hosts": "postgresql", "tasks": list(tasks), **more}


def _control_node(*tasks: dict) -> dict:
    return {"hosts": "localhost", "tasks": list(tasks), "vars_files": ["connections.yml"]}


def _together(**options) -> dict:
    return {"name": "Keep all connections", "datasentinel.platform.datasentinel_connections": {"defaults": DEFAULTS, **options}}


def _one(name: str, host: str, password: str) -> dict:
    return {"name": "Keep a connection", "datasentinel.platform.datasentinel_connection": {"name": name, "host": host, "password": password, **DEFAULTS}}


LIST = _together(connections="{{ connections }}", concurrency="{{ concurrency | default(8) }}")


def _uri_play() -> dict:
    """The same work with ansible.builtin.uri: idempotent, with one token for the run."""
    url = "{{ lookup('ansible.builtin.env', 'DATASENTINEL_API_URL') }}/ds-api/"
    connection = url + "pool/pg-instances/{{ inventory_hostname }}"
    token = {"user-token": "{{ minted.json['user-token'] }}"}
    desired = {
        "host": "{{ ansible_host }}",
        "port": "{{ 5432 | int }}",
        "user": "datasentinel",
        "password": "{{ datasentinel_connection_password }}",
        "tags": "environment=bench",
    }

    def uri(name, register, when=None, once=False, **options):
        task = {"name": name, "ansible.builtin.uri": {"headers": token, "body_format": "json", **options}, "register": register, "delegate_to": "localhost"}
        return {**task, **({"when": when} if when else {}), **({"run_once": True} if once else {})}

    def credential(name):
        return "{{ lookup('ansible.builtin.env', 'DATASENTINEL_API_%s') }}" % name

    basic = {"url_username": credential("USERNAME"), "url_password": credential("PASSWORD"), "force_basic_auth": True, "headers": {}}
    differs = "found.json | dict2items | selectattr('key', 'in', desired.keys()) | items2dict != desired"
    return _fleet(
        uri("Token", "minted", once=True, url=url + "user-token", method="POST", status_code=201, **basic),
        uri("Read", "found", url=connection, status_code=[200, 404]),
        uri("Create", "created", when="found.status == 404", url=connection, method="POST", status_code=201, body="{{ desired }}"),
        uri("Change", "changed", when=["found.status == 200", differs], url=connection, method="PUT", body="{{ desired }}"),
        uri("Confirm", "confirmed", when="created is not skipped or changed is not skipped", url=connection),
        vars={"desired": desired, "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    )


PLAYS = {
    "noop": _fleet({"name": "Nothing", "ansible.builtin.assert": {"that": True, "quiet": True}}),
    "list": _control_node(LIST),
    "file": _control_node(_together(src="connections.csv")),
    "loop": _control_node(
        {**_one("{{ item.name }}", "{{ item.host }}", "{{ item.password }}"), "loop": "{{ connections }}", "loop_control": {"label": "{{ item.name }}"}}
    ),
    "bastion": _control_node({**LIST, "delegate_to": "bastion"}),
    "bastion_each": _fleet({**_one("{{ inventory_hostname }}", "{{ ansible_host }}", "{{ datasentinel_connection_password }}"), "delegate_to": "bastion"}),
    "uri": _uri_play(),
}
