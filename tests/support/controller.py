# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for AWX's REST API that keeps what it is given: what the modules of awx.awx call, answered as AWX does."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

SECRETS = ("token", "password")
#: Fields that hold the id of another object, which AWX shows as numbers and summarises.
NAMED = {"organization": "organizations", "credential_type": "credential_types", "project": "projects", "inventory": "inventories"}


class Controller:
    """calls: every request that changes something. objects: by type, the objects as AWX shows them."""

    def __init__(self):
        self.calls: list[tuple[str, str, dict]] = []
        self.objects: dict[str, list[dict]] = {"organizations": []}
        self.surveys: dict[str, dict] = {}
        self.links: dict[str, list[int]] = {}
        self._make("organizations", {"name": "Default"})

    def names(self, kind: str) -> list[str]:
        """The names of the objects of a type."""
        return [one["name"] for one in self.objects.get(kind, [])]

    def get(self, kind: str, name: str) -> dict:
        """An object by name."""
        return next(one for one in self.objects[kind] if one["name"] == name)

    def app(self) -> FastAPI:
        """The API."""
        app = FastAPI()

        @app.get("/api/")
        def versions():
            return {"current_version": "/api/v2/", "available_versions": {"v2": "/api/v2/"}}

        @app.get("/api/v2/ping/")
        @app.get("/api/v2/config/")
        def ping():
            return JSONResponse({"version": "24.6.1", "instances": []}, headers={"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"})

        @app.api_route("/api/v2/{path:path}", methods=["GET", "POST", "PATCH", "DELETE"])
        async def resource(path: str, request: Request):
            parts = path.strip("/").split("/")
            body = await request.json() if request.method in ("POST", "PATCH") and await request.body() else {}
            if request.method != "GET":
                self.calls.append((request.method, path, body))
            return self._answer(request.method, parts, dict(request.query_params), body)

        return app

    def _answer(self, method, parts, query, body):
        kind = parts[0]
        if len(parts) == 1:
            if method == "POST":
                return JSONResponse(self._make(kind, body), 201)
            return page([one for one in self._all(kind) if matches(one, query)])
        one = next((one for one in self._all(kind) if str(one["id"]) == parts[1]), None)
        if one is None:
            return JSONResponse({"detail": "Not found."}, 404)
        if len(parts) == 2:
            if method == "PATCH":
                one.update(shown(body))
            return JSONResponse(one)
        place = "/".join(parts)
        if parts[2] == "survey_spec":
            if method == "POST":
                self.surveys[place] = body
            return JSONResponse(self.surveys.get(place, {}))
        if method == "POST":
            self.links.setdefault(place, []).append(body["id"])
            return Response(status_code=204)
        return page([one for one in self._all(parts[2]) if one["id"] in self.links.get(place, [])])

    def _all(self, kind):
        if kind == "unified_job_templates":
            return self.objects.get("job_templates", [])
        return self.objects.setdefault(kind, [])

    def _make(self, kind, body):
        number = 1 + sum(len(objects) for objects in self.objects.values())
        url = f"/api/v2/{kind}/{number}/"
        related = {name: f"{url}{name}/" for name in ("survey_spec", "credentials", "labels", "instance_groups")}
        summary = {field: {"name": self._name(other, body[field])} for field, other in NAMED.items() if field in body}
        # A project is up to date at once.
        state = {"status": "successful", "scm_revision": "0" * 40} if kind == "projects" else {}
        one = {"id": number, "type": kind.rstrip("s"), "url": url, "related": related, "summary_fields": summary, **state, **shown(body)}
        self.objects.setdefault(kind, []).append(one)
        return one

    def _name(self, kind, number):
        return next((one["name"] for one in self._all(kind) if one["id"] == number), str(number))


def shown(body):
    """What AWX shows of an object: of a credential's secrets, that they are there."""
    if isinstance(body.get("inputs"), dict) and "fields" not in body["inputs"]:
        return {**body, "inputs": {key: "$encrypted$" if key in SECRETS else value for key, value in body["inputs"].items()}}
    return body


def matches(one, query):
    """Whether an object is among those asked for by name, id or another of its fields."""
    for key, value in query.items():
        field = key.split("__")[0]
        if field in ("page", "page_size", "order_by", "or", "not"):
            continue
        if str(one.get(field)) != value:
            return False
    return True


def page(results):
    return JSONResponse({"count": len(results), "next": None, "previous": None, "results": results})
