# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One token for a run, and one round of retries for a platform that is out of reach."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from pathlib import Path

import pytest
from embedded import faults
from support.playbook import Ansible, access_by_password, stop, task, wait_for

ROLE = "datasentinel.platform.datasentinel_connection"
TASK = "Keep the connections of the host up to date"


@pytest.fixture
def ansible(tmp_path, platform):
    """ansible-playbook, with a user and password in its environment."""
    return Ansible(tmp_path, access_by_password(platform))


@pytest.fixture
def tls(tls_platform):
    """A second platform."""
    tls_platform.reset()
    return tls_platform


def fleet(count: int, start=1, **variables) -> dict:
    common = {"host": "127.0.0.1", "port": 1, "password": "s3cret", **variables}
    variables = {f"datasentinel_connection_{name}": value for name, value in common.items()}
    return {"postgresql": {"hosts": {f"pg{number:02}": variables for number in range(start, start + count)}}}


def access(platform, **more) -> dict:
    """The options that let a task in to a platform."""
    ca = {"ca_path": str(platform.ca_path)} if platform.ca_path else {}
    return {"api_url": platform.url, "api_username": platform.username, "api_password": platform.password, **ca, **more}


def kill_the_client_of(platform):
    """Kill the process that has a connection to a platform open, found by its port in /proc."""
    port = int(platform.url.rpartition(":")[2])
    sockets = {line.split()[9] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[2] == f"0100007F:{port:04X}"}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if int(link.parts[2]) != os.getpid() and str(link.readlink()).removeprefix("socket:[").removesuffix("]") in sockets:
                os.kill(int(link.parts[2]), signal.SIGKILL)


def play(**more) -> dict:
    return {"hosts": "postgresql", "gather_facts": False, "roles": [ROLE], **more}


# --- one token ---------------------------------------------------------------------------------------------------


def test_one_token_for_plays_batches_strategies_loops_and_modules(ansible, platform):
    module = task("beside the role", {"loop": ["a", "b"]}, name="{{ inventory_hostname }}-{{ item }}", host="127.0.0.1", port=1, user="u", password="p")
    playbook = [
        play(),
        play(serial=1),
        play(strategy="free"),
        {"hosts": "postgresql", "gather_facts": False, "tasks": [module]},
        {"name": "By its name", "ansible.builtin.import_playbook": "datasentinel.platform.disable"},
        {"hosts": "localhost", "gather_facts": False, "tasks": [task("info", {}, "datasentinel.platform.datasentinel_connection_info", name="pg01")]},
    ]
    ansible.run(playbook, "--forks", "4", inventory=fleet(4, api_token="")).succeeded()
    assert platform.journal.tokens_minted() == 1
    assert len({call.headers.get("user-token") for call in platform.journal.all()} - {None}) == 1


def test_one_token_for_each_of_two_platforms_in_a_loop(ansible, platform, tls):
    platforms = [{"number": number, **access(one)} for number, one in enumerate((platform, tls, platform, tls))]
    options = {"name": "db{{ item.number }}", "host": "127.0.0.1", "port": 1, "user": "u", "password": "p"}
    options.update({key: "{{ item.%s }}" % key for key in ("api_url", "api_username", "api_password")}, ca_path="{{ item.ca_path | default(omit) }}")
    ansible.tasks(task("create", {"loop": platforms}, **options)).succeeded()
    assert (platform.journal.tokens_minted(), tls.journal.tokens_minted()) == (1, 1)
    assert (platform.store.names(), tls.store.names()) == (["db0", "db2"], ["db1", "db3"])


def test_no_token_is_printed_or_registered_by_the_role(ansible, platform):
    outcome = ansible.run([play()], "-vvv", inventory=fleet(2)).succeeded()
    token = next(call.headers["user-token"] for call in platform.journal.all() if "user-token" in call.headers)
    assert token not in outcome.output and not [line for line in outcome.lines if token in str(line)]


def test_a_wrong_password_is_tried_once_for_fifty_hosts(ansible, platform):
    outcome = ansible.run([play()], "--forks", "10", inventory=fleet(50), environment={"DATASENTINEL_API_PASSWORD": "wrong"})
    assert platform.journal.said() == ["POST user-token"]
    messages = [result["msg"] for result in outcome.results(TASK).values()]
    assert len(messages) == 50 and all("The platform refused api_username and api_password: check them." in message for message in messages)


@pytest.mark.parametrize("trouble", ["refused", "unreachable"])
def test_one_platforms_trouble_is_not_that_of_the_hosts_of_another(ansible, platform, tls, trouble):
    bad = access(tls, api_password="wrong") if trouble == "refused" else access(tls, api_url="https://127.0.0.1:9", api_retries=0)
    hosts = {"postgresql": {"hosts": {**fleet(4, **bad)["postgresql"]["hosts"], **fleet(4, start=5)["postgresql"]["hosts"]}}}
    outcome = ansible.run([play()], "--forks", "4", inventory=hosts)
    assert outcome.returncode != 0 and platform.store.names() == [f"pg{number:02}" for number in range(5, 9)]
    assert tls.store.names() == [] and sum(result["failed"] for result in outcome.results(TASK).values()) == 4


def test_a_wrong_password_does_not_get_in_with_the_token_of_the_right_one(ansible, platform):
    outcome = ansible.tasks(
        task("right", name="db1", host="127.0.0.1", port=1, user="u", password="p"),
        task("wrong", {"ignore_errors": True}, name="db1", api_password="wrong"),
    ).succeeded()
    assert not outcome["right"]["failed"] and outcome["wrong"]["error"]["status"] == 401


def test_a_token_that_dies_in_the_middle_is_renewed_once_for_all_workers(ansible, platform):
    ansible.run([play()], "--forks", "4", inventory=fleet(8)).succeeded()
    platform.journal.clear()

    async def expire_for_all(exchange):
        await faults.expire_token(exchange)

    platform.faults.add(expire_for_all, "GET", nth=5)
    ansible.run([play(), play()], "--forks", "4", inventory=fleet(8)).succeeded()
    assert platform.journal.tokens_minted() == 2


def test_a_worker_killed_while_it_mints_does_not_hang_the_others(ansible, platform):
    minting = threading.Event()

    async def hang(exchange):
        minting.set()
        await faults.delay(20)(exchange)

    platform.faults.add(hang, "POST", "user-token$", nth=1)
    # Ansible itself may wait for the killed worker for ever, so the run is ended here.
    process = ansible.start([play()], "--forks", "3", inventory=fleet(6))
    try:
        assert minting.wait(30)
        kill_the_client_of(platform)
        assert wait_for(lambda: len(platform.store.names()) == 5, seconds=30)
    finally:
        stop(process)
    assert platform.journal.tokens_minted() == 2


def test_where_memory_cannot_be_shared_each_task_mints_its_own(ansible, platform, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import mmap\n\n\ndef refuse(*_):\n    raise OSError('no memory to share')\n\n\nmmap.mmap = refuse\n")
    ansible.run([play()], inventory=fleet(3), environment={"PYTHONPATH": str(tmp_path)}).succeeded()
    assert platform.journal.tokens_minted() == 3 and len(platform.store.names()) == 3


# --- a platform that is out of reach -----------------------------------------------------------------------------


def test_a_platform_that_answers_nothing_costs_one_round_of_retries(ansible, platform):
    platform.faults.add(faults.drop_before, times=10_000)
    outcome = ansible.run([play()], "--forks", "5", inventory=fleet(20, api_retries=2))
    # The round of the first, and a single try of each of the others.
    assert platform.journal.said() == ["POST user-token"] * (3 + 19)
    messages = {result["msg"].partition(": ")[2] for result in outcome.results(TASK).values()}
    assert len(messages) == 1 and "the connection was lost" in messages.pop()


def test_a_platform_that_comes_back_is_found_by_the_hosts_after_that(ansible, platform):
    platform.faults.add(faults.drop_before, times=6)
    outcome = ansible.run([play()], "--forks", "1", inventory=fleet(8, api_retries=1))
    failed = [host for host, result in outcome.results(TASK).items() if result["failed"]]
    # Two tries of the first host, one of each of the next four.
    assert failed == [f"pg{number:02}" for number in range(1, 6)] and platform.store.names() == ["pg06", "pg07", "pg08"]
    assert platform.journal.tokens_minted() == 7


def test_a_busy_platform_is_not_out_of_reach(ansible, platform):
    platform.faults.add(faults.status(503), times=2)
    ansible.run([play()], "--forks", "1", inventory=fleet(3, api_retries=2)).succeeded()
    assert platform.journal.tokens_minted() == 3


# --- delegated ---------------------------------------------------------------------------------------------------


def test_each_delegated_task_mints_a_token_of_its_own_and_one_with_a_list_mints_one(ansible, platform):
    delegated, names = {"delegate_to": "bastion"}, ["db1", "db2", "db3"]
    connection = {"host": "127.0.0.1", "port": 1, "user": "u", "password": "p"}
    ansible.tasks(task("loop", {**delegated, "loop": names}, name="{{ item }}", **connection)).succeeded()
    assert platform.journal.tokens_minted() == len(names)
    items = [{"name": name, **connection} for name in names]
    ansible.tasks(task("list", delegated, "datasentinel.platform.datasentinel_connections", connections=items)).succeeded()
    assert platform.journal.tokens_minted() == len(names) + 1


def test_access_from_the_control_nodes_environment_reaches_a_bastion_and_does_not_show(ansible, platform):
    play = {"hosts": "localhost", "gather_facts": False, "tasks": []}
    given = {"DATASENTINEL_API_PASSWORD": platform.password, "DATASENTINEL_API_RETRIES": "1"}
    delegated = {"delegate_to": "bastion", "environment": {**given, "ELSE": "shown"}}
    play["tasks"] = [task("create", delegated, name="db1", host="127.0.0.1", port=1, user="u", password="p")]
    outcome = ansible.run([play], "-vvv", environment={"DATASENTINEL_API_PASSWORD": ""}).succeeded()
    assert platform.store.names() == ["db1"]
    assert platform.password not in outcome.output and "ELSE=shown" in outcome.output


def test_an_unreachable_bastion_is_unreachable(ansible, platform):
    hosts = {"bastions": {"hosts": {"far": {"ansible_host": "127.0.0.1", "ansible_port": 9, "ansible_connection": "ssh"}}}}
    outcome = ansible.tasks(
        task("read", {"delegate_to": "far", "ignore_unreachable": True}, name="db1", password="s3cret-of-it"),
        {"name": "goes on", "ansible.builtin.debug": {"msg": "here"}},
        inventory=hosts,
    ).succeeded()
    assert outcome.lines[0]["status"] == "unreachable" and outcome["goes on"]["msg"] == "here"
    assert "s3cret-of-it" not in outcome.output
