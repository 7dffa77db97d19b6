# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One token for a run: whichever task needs it, whoever minted it."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._run_memory import RunMemory
from ansible_collections.datasentinel.platform.plugins.module_utils._common._secrets import MASK, Secrets
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from ansible_collections.datasentinel.platform.plugins.module_utils._platform import _token_source
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._platform import Platform
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._settings import Settings
from ansible_collections.datasentinel.platform.plugins.module_utils._platform._tokens import NoToken
from support.recorded import TOKEN_PATH, URL, jwt

DENIED = errors.Unauthorized("GET", URL, "status 401 (expected 200)", status=401)
PATIENCE = 10


@pytest.fixture
def task(memory):
    """A function that returns the TokenSource of a new task of the run, with a username and password."""
    with ExitStack() as stack:

        def make(memory=memory, secrets=None, **settings):
            settings = {"api_url": URL, "username": "admin", "password": "pw", "timeout": 5.0, "retries": 0, **settings}
            platform = Platform(Settings(**settings), secrets or Secrets(), memory, sleep=lambda seconds: None)
            return stack.enter_context(platform).tokens

        yield make


# --- one for all -------------------------------------------------------------------------------------------------


def test_one_token_serves_all_tasks_of_a_run(recorded, task):
    recorded.mints("one")
    assert [task().token() for _turn in range(5)] == ["one"] * 5


def test_all_tasks_know_when_it_was_minted(recorded, task, monkeypatch):
    recorded.mints("one")
    monkeypatch.setattr(time, "time", lambda: 1764000000.0)
    task().token()
    monkeypatch.setattr(time, "time", lambda: 1764009999.0)
    later = task()
    later.token()
    assert later.minted_at == 1764000000.0 and task(token="ready").minted_at is None


def test_a_task_asks_once(recorded, task):
    recorded.mints("one")
    mine = task()
    assert mine.token() == mine.token() == "one"


def test_the_token_goes_as_the_platforms_own_header(recorded, task):
    recorded.mints("one")
    request = type("Request", (), {"headers": {}})()
    assert task().auth()(request).headers == {"user-token": "one"}


def test_a_token_from_another_task_is_a_secret_too(recorded, task):
    recorded.mints("token-of-another-task")
    secrets = Secrets()
    task().token()
    task(secrets=secrets).token()
    assert secrets.mask("token-of-another-task") == MASK


def test_no_token_is_minted_before_one_is_needed(recorded, task):
    task()
    assert recorded.calls == []


def test_a_ready_token_is_used_as_it_is_and_by_its_own_task_alone(recorded, task):
    assert task(token="ready", username=None, password=None).token() == task(token="ready").token() == "ready"
    recorded.mints("one")
    assert task().token() == "one"


@pytest.mark.parametrize("other", [{"api_url": URL + "/eu"}, {"username": "another"}, {"password": "wrong"}])
def test_another_platform_user_or_password_has_a_token_of_its_own(recorded, task, other):
    recorded.mints("one").expects("POST", other.get("api_url", URL).removeprefix(URL) + TOKEN_PATH, 201, {"user-token": "two"})
    assert task().token() == "one"
    assert task(**other).token() == "two"
    assert task().token() == "one"


def test_a_wrong_password_never_gets_in_with_the_token_of_the_right_one(recorded, task):
    recorded.mints("one").expects("POST", TOKEN_PATH, 401)
    task().token()
    with pytest.raises(NoToken):
        task(password="wrong").token()


def test_where_memory_is_not_shared_each_task_mints_its_own(recorded, task, monkeypatch):
    alone = RunMemory()
    monkeypatch.setattr(RunMemory, "shared", False)
    recorded.mints("one").mints("two")
    assert [task(alone).token(), task(alone).token()] == ["one", "two"]


# --- one that ends -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds, reused", [(-10, False), (30, False), (100, True)])
def test_a_token_that_has_ended_or_is_about_to_is_not_begun_with(recorded, task, seconds, reused):
    old = jwt(exp=time.time() + seconds)
    recorded.mints(old)
    task().token()
    if not reused:
        recorded.mints("new")
    assert task().token() == (old if reused else "new")


def test_a_refused_token_is_renewed(recorded, task):
    recorded.mints("one").mints("two")
    mine = task()
    mine.token()
    mine.renew(DENIED)
    assert mine.token() == "two"


def test_what_one_task_renewed_the_others_take(recorded, task):
    recorded.mints("one").mints("two")
    tasks = [task() for _turn in range(3)]
    for mine in tasks:
        mine.token()
    for mine in tasks:
        mine.renew(DENIED)
    assert [mine.token() for mine in tasks] == ["two"] * 3
    assert task().token() == "two"


def test_a_ready_token_that_is_refused_gives_way_to_the_token_of_the_run(recorded, task):
    recorded.mints("one")
    task().token()
    mine = task(token="ready")
    mine.renew(DENIED)
    assert mine.token() == "one"


def test_a_ready_token_alone_cannot_be_renewed(recorded, task):
    with pytest.raises(errors.Unauthorized) as refused:
        task(token="ready", username=None, password=None).renew(DENIED)
    assert str(refused.value) == (
        f"GET {URL}: status 401 (expected 200). The platform refused the token. Tokens live 24 hours: mint a new one, or give api_username and api_password."
    )
    assert refused.value.status == 401


def test_a_second_refusal_is_final(recorded, task):
    recorded.mints("one").mints("two")
    mine = task()
    mine.token()
    mine.renew(DENIED)
    with pytest.raises(errors.Unauthorized) as refused:
        mine.renew(DENIED)
    assert "The platform refused two tokens in a row, the second one new: check the user's rights on the platform." in str(refused.value)


# --- one that cannot be minted -----------------------------------------------------------------------------------


def test_a_refused_username_and_password_is_tried_once_in_a_run(recorded, task):
    recorded.expects("POST", TOKEN_PATH, 401)
    messages = set()
    for _turn in range(3):
        with pytest.raises(NoToken) as refused:
            task().token()
        assert refused.value.refused and refused.value.status == 401
        messages.add(str(refused.value))
    assert messages == {
        f"POST {URL}{TOKEN_PATH}: status 401 (expected 201 or 200): nothing came with it. The platform refused api_username and api_password: check them."
    }


def test_after_another_failure_the_next_task_tries_for_itself(recorded, task):
    recorded.expects("POST", TOKEN_PATH, 500).mints("one")
    with pytest.raises(NoToken):
        task().token()
    assert task().token() == "one"


@pytest.fixture
def in_threads():
    """A function that calls each of some functions in a thread of its own, and returns how long each took."""

    def run(*functions):
        start, took, threads = time.monotonic(), [None] * len(functions), []
        for number, function in enumerate(functions):

            def measured(number=number, function=function):
                function()
                took[number] = time.monotonic() - start

            threads.append(threading.Thread(target=measured, daemon=True))
            threads[-1].start()
        for thread in threads:
            thread.join(PATIENCE)
        return took

    return run


def test_tasks_at_the_same_time_wait_for_the_one_that_mints(task, in_threads, monkeypatch):
    minted = []

    def mint(*args):
        time.sleep(0.1)
        minted.append("one")
        return "one"

    monkeypatch.setattr(_token_source, "mint", mint)
    sources = [task() for _turn in range(4)]
    in_threads(*(source.token for source in sources))
    assert minted == ["one"] and [source.token() for source in sources] == ["one"] * 4


def test_tasks_that_waited_for_one_that_could_not_mint_go_on_side_by_side(task, memory, in_threads, monkeypatch):
    wait = memory.exclusively
    all_wait = threading.Barrier(5, timeout=PATIENCE)
    side_by_side = threading.Barrier(4, timeout=PATIENCE)
    minting = []

    def mint(*args):
        minting.append(args)
        if len(minting) > 1:
            side_by_side.wait()
        raise NoToken("POST", URL, "status 503", status=503)

    def exclusively(*key, **options):
        if key[0] == "token":
            all_wait.wait()
        return wait(*key, **options)

    def fails():
        with pytest.raises(NoToken):
            task().token()

    monkeypatch.setattr(_token_source, "mint", mint)
    monkeypatch.setattr(memory, "exclusively", exclusively)
    assert None not in in_threads(*[fails] * 5)
    assert len(minting) == 5


def test_a_platform_out_of_reach_is_asked_side_by_side(task, memory, in_threads, monkeypatch):
    memory.put("nobody is there", "unreachable", URL)
    together = threading.Barrier(3, timeout=PATIENCE)

    def mint(*args):
        together.wait()
        raise NoToken("POST", URL, "nobody is there")

    def fails():
        with pytest.raises(NoToken):
            task().token()

    monkeypatch.setattr(_token_source, "mint", mint)
    assert None not in in_threads(*[fails] * 3)


def test_a_task_that_mints_is_not_waited_for_longer_than_minting_can_take(task, memory, monkeypatch):
    waited = []
    original = memory.exclusively

    def exclusively(*key, patience):
        waited.append(patience)
        return original(*key, patience=patience)

    monkeypatch.setattr(memory, "exclusively", exclusively)
    monkeypatch.setattr(_token_source, "mint", lambda *args: "one")
    monkeypatch.setattr(memory, "put", lambda *args: None)
    task(retries=3, timeout=10.0).token()
    # Four tries, each of twice the timeout and a pause of at most a minute.
    assert waited == [4 * (2 * 10 + 60)]
