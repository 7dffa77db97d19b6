# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a task is let in: options, variables, defaults, tokens, certificates."""

from __future__ import annotations

import pytest
from support.playbook import Ansible, Vault, task

THERE = {"host": "127.0.0.1", "port": 1, "user": "datasentinel", "password": "s3cret", "tags": ""}
NO_ACCESS = {"DATASENTINEL_API_URL": "", "DATASENTINEL_API_TOKEN": ""}


@pytest.fixture
def there(platform):
    """A connection db1 on the platform."""
    platform.store.put("db1", **THERE)


def test_the_environment_of_the_control_node(ansible, runner, there):
    assert ansible.tasks(task("read", runner, name="db1")).succeeded().changed() == [False]


def test_every_variable(ansible, runner, there, platform):
    variables = {
        "DATASENTINEL_API_URL": platform.url,
        "DATASENTINEL_API_USERNAME": platform.username,
        "DATASENTINEL_API_PASSWORD": platform.password,
        "DATASENTINEL_VALIDATE_CERTS": "no",
        "DATASENTINEL_CA_PATH": "/not/looked/at.pem",
    }
    ansible.tasks(task("read", runner, name="db1"), environment={**NO_ACCESS, **variables}).succeeded()
    assert platform.journal.said() == ["POST user-token", "GET db1"]


def test_the_environment_keyword(ansible, runner, there, platform):
    variables = {"DATASENTINEL_API_URL": "{{ url }}", "DATASENTINEL_API_TOKEN": platform.token()}
    outcome = ansible.tasks(
        task("with", {**runner, "environment": variables, "vars": {"url": platform.url}}, name="db1"),
        task("without", {**runner, "ignore_errors": True}, name="db1"),
        environment=NO_ACCESS,
    ).succeeded()
    assert not outcome["with"].get("failed")
    assert "missing required arguments: api_url" in outcome["without"]["msg"]


@pytest.mark.parametrize("key", ["group/datasentinel.platform.datasentinel", "datasentinel.platform.datasentinel_connection"])
def test_module_defaults(ansible, runner, there, platform, key):
    defaults = {"module_defaults": {key: {"api_url": platform.url, "api_token": platform.token()}}}
    ansible.tasks(task("read", runner, name="db1"), play=defaults, environment=NO_ACCESS).succeeded()


def test_options_win_over_the_environment(ansible, runner, there, platform):
    wrong = {"DATASENTINEL_API_URL": "http://127.0.0.1:9", "DATASENTINEL_API_TOKEN": "wrong"}
    ansible.tasks(task("read", runner, name="db1", api_url=platform.url, api_token=platform.token()), environment=wrong).succeeded()


def test_a_username_and_password_of_the_task_win_over_a_token_of_the_environment(ansible, runner, there, platform):
    """That may be another platform's, which has no business here."""
    of_the_task = {"api_username": platform.username, "api_password": platform.password}
    ansible.tasks(task("read", runner, name="db1", **of_the_task), environment={"DATASENTINEL_API_TOKEN": "an0ther-platforms"}).succeeded()
    assert "an0ther-platforms" not in {call.headers.get("user-token") for call in platform.journal.all()}


@pytest.mark.parametrize("of_task", ["api_url", "api_token"])
def test_a_username_and_password_go_to_no_other_platform_whose_token_is_refused(ansible, runner, platform, of_task):
    """The token and its address are in two scopes of the task."""
    options = {"api_url": platform.url.replace("127.0.0.1", "localhost"), "api_token": "of-b-and-expired"}
    variables = {f"DATASENTINEL_{of_task.upper()}": options.pop(of_task)}
    wider = {"DATASENTINEL_API_USERNAME": platform.username, "DATASENTINEL_API_PASSWORD": platform.password, "DATASENTINEL_API_TOKEN": ""}
    outcome = ansible.tasks(task("read", {**runner, "environment": variables}, name="db1", **options), environment=wider)
    assert "The platform refused the token." in outcome["read"]["msg"]
    assert platform.journal.said() == ["GET db1"]


@pytest.mark.parametrize("spelling", ["/", "/ds-api"])
def test_but_to_the_same_platform_however_its_address_is_spelled(ansible, runner, there, platform, spelling):
    wider = {"DATASENTINEL_API_USERNAME": platform.username, "DATASENTINEL_API_PASSWORD": platform.password, "DATASENTINEL_API_TOKEN": ""}
    ansible.tasks(task("read", runner, name="db1", api_url=platform.url + spelling, api_token="expired"), environment=wider).succeeded()
    assert platform.journal.said() == ["GET db1", "POST user-token", "GET db1"]


def test_inline_vault_values(ansible, runner, there, platform, tmp_path):
    from ansible.constants import DEFAULT_VAULT_IDENTITY
    from ansible.parsing.vault import VaultLib, VaultSecret

    (tmp_path / "vault-password").write_text("of the vault")
    vault = VaultLib([(DEFAULT_VAULT_IDENTITY, VaultSecret(b"of the vault"))])
    encrypted = {"api_token": Vault(vault.encrypt(platform.token()).decode()), "password": Vault(vault.encrypt("s3cret").decode())}
    outcome = ansible.run(
        [{"hosts": "localhost", "gather_facts": False, "tasks": [task("read", runner, name="db1", **encrypted)]}],
        "--vault-password-file",
        "vault-password",
        "-vvv",
    )
    assert outcome.succeeded().changed() == [False]
    assert "s3cret" not in outcome.output


def test_proxies_come_from_the_environment(ansible, runner, there):
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    outcome = ansible.tasks(
        task("by proxy", {**runner, "ignore_errors": True, "environment": {**proxy, "NO_PROXY": "", "no_proxy": ""}}, name="db1", api_retries=0),
        task("past it", {**runner, "environment": {**proxy, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}}, name="db1"),
    ).succeeded()
    assert "no connection to the proxy 127.0.0.1:9" in outcome["by proxy"]["msg"]


def test_a_token_that_expires_within_the_run(ansible, runner, there, platform):
    from embedded import faults

    platform.faults.add(faults.expire_token, "GET")
    access = {"api_token": platform.token(), "api_username": platform.username, "api_password": platform.password}
    ansible.tasks(task("change", runner, name="db1", port=2, **access)).succeeded()
    assert platform.journal.said() == ["GET db1", "POST user-token", "GET db1", "PUT db1", "GET db1"]


def test_a_refused_token(ansible, runner):
    outcome = ansible.tasks(task("read", runner, name="db1", api_token="wrong"))
    assert "The platform refused the token. Tokens live 24 hours" in outcome["read"]["msg"]
    assert outcome["read"]["error"]["status"] == 401


def test_refused_username_and_password(ansible, runner):
    outcome = ansible.tasks(task("read", runner, name="db1", api_username="admin", api_password="wrong-one"), environment={"DATASENTINEL_API_TOKEN": ""})
    assert "The platform refused api_username and api_password: check them." in outcome["read"]["msg"]
    assert "wrong-one" not in outcome.output


def test_a_user_without_the_privilege(ansible, runner, platform):
    outcome = ansible.tasks(task("read", runner, name="db1", api_username="viewer", api_password=platform.password), environment={"DATASENTINEL_API_TOKEN": ""})
    assert "needs the data admin profile and the admin privilege" in outcome["read"]["msg"]


# --- TLS ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def tls(tmp_path, tls_platform):
    """ansible-playbook, with a way to a platform with a certificate authority of its own."""
    tls_platform.reset()
    tls_platform.store.put("db1", **THERE)
    return Ansible(tmp_path, {"DATASENTINEL_API_URL": tls_platform.url, "DATASENTINEL_API_TOKEN": tls_platform.token()})


def test_an_unknown_certificate_authority_is_refused_and_nothing_is_sent(tls, runner, tls_platform):
    outcome = tls.tasks(task("read", runner, name="db1"))
    assert "certificate was not accepted" in outcome["read"]["msg"] and "give its CA file as ca_path" in outcome["read"]["msg"]
    assert tls_platform.journal.said() == []


def test_ca_path(tls, runner, tls_platform):
    tls.tasks(task("read", runner, name="db1", ca_path=str(tls_platform.ca_path))).succeeded()


def test_validate_certs_false_wins_over_a_bundle_of_the_environment_and_draws_a_warning_of_ours_alone(tls, runner, tls_platform):
    bundle = {"REQUESTS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt"}
    outcome = tls.tasks(task("read", runner, name="db1", validate_certs=False), environment=bundle).succeeded()
    assert "validate_certs is false" in outcome.output and "InsecureRequestWarning" not in outcome.output


def test_a_ca_path_that_is_not_there(tls, runner, tls_platform):
    assert "ca_path: there is no file /no/such.pem" in tls.tasks(task("read", runner, name="db1", ca_path="/no/such.pem"))["read"]["msg"]


def test_a_ca_path_that_holds_no_certificates(tls, runner, tls_platform, tmp_path):
    (tmp_path / "empty.pem").write_text("nothing\n")
    outcome = tls.tasks(task("read", runner, name="db1", ca_path=str(tmp_path / "empty.pem")))
    assert "ca_path" in outcome["read"]["msg"] and tls_platform.journal.said() == []


def test_plain_http_to_a_port_that_speaks_https(tls, runner, tls_platform):
    outcome = tls.tasks(task("read", runner, name="db1", api_url=tls_platform.url.replace("https", "http"), api_retries=0))
    assert "This port speaks https: write https:// in api_url." in outcome["read"]["msg"]


def test_http_beyond_loopback_draws_a_warning(ansible, runner):
    outcome = ansible.tasks(task("read", runner, name="db1", api_url="http://platform.invalid", api_retries=0))
    assert "without https, tokens and passwords travel readable" in " ".join(outcome.output.split())
    assert "Check api_url, that the platform runs, and that this machine reaches it" in outcome["read"]["msg"]
