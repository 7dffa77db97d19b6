# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors as types: what each means for a retry and for a write."""

from __future__ import annotations

import re

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._common._errors import DatasentinelError
from ansible_collections.datasentinel.platform.plugins.module_utils._http import _errors as errors
from support.recorded import URL


@pytest.mark.parametrize(
    "kind, transient, may_have_happened, no_response",
    [
        (errors.Unreachable, True, False, True),
        (errors.ConnectionLost, True, True, True),
        (errors.TimedOut, True, True, True),
        (errors.TlsFailure, False, False, False),
        (errors.WrongScheme, False, False, False),
        (errors.BadResponse, False, True, False),
        (errors.Redirected, False, True, False),
        (errors.ServerError, False, True, False),
        (errors.TooManyRequests, True, False, False),
        (errors.GatewayError, True, True, False),
        (errors.StatusError, False, False, False),
    ],
)
def test_what_a_failed_request_means(kind, transient, may_have_happened, no_response):
    error = kind("PUT", URL, "problem")
    assert (error.transient, error.may_have_happened, error.no_response) == (transient, may_have_happened, no_response)


def test_the_message_names_request_problem_and_advice():
    assert str(errors.ApiError("PUT", URL, "it broke", advice="Mend it.")) == f"PUT {URL}: it broke. Mend it."
    assert str(errors.ApiError("PUT", URL, "it broke")) == f"PUT {URL}: it broke."


def test_advice_given_takes_the_place_of_the_types_own():
    assert "The platform's log says more." in str(errors.ServerError("PUT", URL, "it broke"))
    assert str(errors.ServerError("PUT", URL, "it broke", advice="")) == f"PUT {URL}: it broke."


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ApiError) and kind.advice])
def test_every_advice_is_made_of_whole_sentences(kind):
    assert re.fullmatch(r"[A-Z][a-z].*\.", kind.advice)


def test_the_structured_part_holds_what_is_known():
    assert errors.Unreachable("GET", URL, "no").structured() == {"error": {"method": "GET", "url": URL}}
    full = errors.StatusError("GET", URL, "no", status=400, detail="why", retry_after=7.0)
    assert full.structured() == {"error": {"method": "GET", "url": URL, "status": 400, "detail": "why"}} and full.retry_after == 7.0


def test_other_errors_have_no_structured_part():
    assert DatasentinelError("no").structured() == {}
