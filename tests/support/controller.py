# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for AWX's REST API that keeps what it is given, and refuses what AWX refuses: what the modules of awx.awx call."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

HIDDEN = "$encrypted$"
#: What an AWX that has just been installed has, of what matters here: the kind is that of the credential type.
TYPES = {"Machine": "ssh", "Vault": "vault"}
PARENTS = {"organization": "organizations", "credential_type": "credential_types"}


class Refused(Exception):
    """AWX says no. status: of the response."""

    def __init__(self, message, status=400):
        super().__init__(message)
        self.status = status


class Controller:
    """An AWX with the organization Default.

    calls: every request that changes something. objects: by type, the objects as AWX shows them. secrets: by credential.
    playbooks: those that it finds in every project.
    """

    def __init__(self, prefix: str = "/api/"):
        self.calls: list[tuple[str, str, dict]] = []
        self.objects: dict[str, list[dict]] = {}
        self.secrets: dict[int, dict] = {}
        self.surveys: dict[int, dict] = {}
        self.links: dict[tuple[int, str], list[int]] = {}
        self.playbooks: list[str] = []
        self._prefix = f"{prefix}v2/"
        self.make("organizations", name="Default")
        for name, namespace in TYPES.items():
            self.make("credential_types", name=name, namespace=namespace, managed=True, inputs={"fields": []})

    # --- what a person sees and does in AWX ---------------------------------------------------------------------

    def names(self, kind: str) -> list[str]:
        """The names of the objects of a type."""
        return [one["name"] for one in self.objects.get(kind, [])]

    def get(self, kind: str, name: str) -> dict:
        """An object by name."""
        return next(one for one in self.objects[kind] if one["name"] == name)

    def linked(self, template: str, kind: str) -> list[str]:
        """The names of the credentials or labels of a job template."""
        linked = self.links.get((self.get("job_templates", template)["id"], kind), [])
        return sorted(one["name"] for one in self.objects[kind] if one["id"] in linked)

    def survey(self, template: str) -> dict:
        """The questions of a job template by their variable."""
        spec = self.surveys.get(self.get("job_templates", template)["id"], {}).get("spec", [])
        return {question["variable"]: question for question in spec}

    def credential(self, name: str, kind: str, /, **inputs) -> dict:
        """Make a credential."""
        return self.make("credentials", name=name, organization=1, credential_type=self.get("credential_types", kind)["id"], inputs=inputs)

    def attach(self, template: str, kind: str, one: dict):
        """Attach a credential or label to a job template."""
        number = self.get("job_templates", template)["id"]
        held = self.links.setdefault((number, kind), [])
        of_its_type = [other["id"] for other in self.objects[kind] if other["id"] in held and other.get("credential_type") == one.get("credential_type")]
        if kind == "credentials" and of_its_type and one["kind"] != "vault":
            raise Refused({"error": "Cannot assign multiple credentials of that type."})
        held.append(one["id"])

    # --- the API -------------------------------------------------------------------------------------------------

    def app(self) -> FastAPI:
        """The API."""
        app = FastAPI()

        @app.api_route(self._prefix + "{path:path}", methods=["GET", "POST", "PATCH"])
        async def resource(path: str, request: Request):
            body = await request.json() if await request.body() else {}
            if request.method != "GET":
                self.calls.append((request.method, path, body))
            try:
                return self._response(request.method, path.strip("/").split("/"), dict(request.query_params), body)
            except Refused as refused:
                return JSONResponse(refused.args[0], refused.status)

        return app

    def _response(self, method, parts, query, body):
        kind = parts[0]
        if len(parts) == 1:
            if method == "POST":
                return JSONResponse(self.make(kind, **body), 201)
            return page([one for one in self._all(kind) if self._matches(one, query)])
        one = next((one for one in self._all(kind) if str(one["id"]) == parts[1]), None)
        if one is None:
            raise Refused({"detail": "Not found."}, 404)
        if len(parts) == 2:
            if method == "PATCH":
                self._check(kind, {**one, **body}, one)
                one.update(self._shown(kind, one["id"], body))
            return JSONResponse(one)
        return self._related(method, one, parts[2], body)

    def _related(self, method, one, name, body):
        if name == "playbooks":
            return JSONResponse(self.playbooks if one["status"] == "successful" else [])
        if name == "update":
            one["status"] = "successful"
            return JSONResponse(self.make("project_updates", name=one["name"], finished="now", failed=False, scm_revision="1" * 40), 202)
        if name == "survey_spec":
            if method == "POST":
                check_survey(body)
                self.surveys[one["id"]] = body
            return JSONResponse(self.surveys.get(one["id"], {}))
        held = self.links.setdefault((one["id"], name), [])
        if method == "POST":
            if body.get("disassociate"):
                held.remove(body["id"])
            else:
                self.attach(one["name"], name, next(other for other in self._all(name) if other["id"] == body["id"]))
            return Response(status_code=204)
        return page([other for other in self._all(name) if other["id"] in held])

    def _all(self, kind):
        return self.objects.setdefault("job_templates" if kind == "unified_job_templates" else kind, [])

    def make(self, kind: str, /, **fields) -> dict:
        """Make an object of a type."""
        self._check(kind, fields)
        number = 1 + sum(len(objects) for objects in self.objects.values())
        url = f"{self._prefix}{kind}/{number}/"
        related = {name: f"{url}{name}/" for name in ("survey_spec", "update")}
        # A project is synchronized at once.
        state = {"status": "successful", "scm_revision": "0" * 40} if kind == "projects" else {"status": "successful"}
        one = {"id": number, "type": kind.rstrip("s"), "url": url, "related": related, "summary_fields": {}, **state, **self._shown(kind, number, fields)}
        if kind == "credentials":
            one["kind"] = self._parent(one, "credential_type").get("namespace")
        self._all(kind).append(one)
        return one

    def _check(self, kind, fields, before=None):
        if kind == "job_templates" and self.playbooks and fields["playbook"] not in self.playbooks:
            raise Refused({"playbook": ["Playbook not found for project."]})
        if kind == "credential_types" and before and fields["inputs"] != before["inputs"]:
            if any(one["credential_type"] == before["id"] for one in self._all("credentials")):
                raise Refused({"detail": "Modifications to inputs are not allowed for credential types that are in use"}, 403)

    def _shown(self, kind, number, fields):
        """What AWX shows of fields: of a credential's secrets, that they are there."""
        if kind != "credentials" or "inputs" not in fields:
            return fields
        credential_type = self._parent({**next((one for one in self._all(kind) if one["id"] == number), {}), **fields}, "credential_type")
        secret = {field["id"] for field in credential_type["inputs"]["fields"] if field.get("secret")}
        before = self.secrets.get(number, {})
        given = {key: value for key, value in fields["inputs"].items() if key in secret}
        self.secrets[number] = {key: before[key] if value == HIDDEN else value for key, value in given.items()}
        return {**fields, "inputs": {key: HIDDEN if key in secret else value for key, value in fields["inputs"].items()}}

    def _parent(self, one, field):
        return next(other for other in self._all(PARENTS[field]) if other["id"] == one[field])

    def _matches(self, one, query):
        """Whether an object is among those asked for, in the forms of AWX's filters that are used here."""
        for key, value in query.items():
            if key in ("page", "page_size", "or__name"):
                continue
            field, _sign, what = key.partition("__")
            if key == "or__id":
                found = str(one["id"]) == value or one["name"] == query["or__name"]
            elif what == "startswith":
                found = one[field].startswith(value)
            elif what == "name":
                found = field in one and self._parent(one, field)["name"] == value
            else:
                found = str(one.get(field)) == value
            if not found:
                return False
        return True


def check_survey(survey: dict):
    """Refuse a survey that AWX would refuse."""
    if not isinstance(survey.get("name"), str) or not isinstance(survey.get("description"), str) or not survey.get("spec"):
        raise Refused({"error": "name, description or spec is missing from survey spec."})
    for question in survey["spec"]:
        for field, kind in {"type": str, "question_name": str, "variable": str, "required": bool, "default": str, "min": int}.items():
            if (field not in question and field not in ("default", "min")) or not isinstance(question.get(field, kind()), kind):
                raise Refused({"error": f"'{field}' missing from survey question, or not a {kind.__name__}."})
    if len({question["variable"] for question in survey["spec"]}) < len(survey["spec"]):
        raise Refused({"error": "'variable' duplicated in survey question."})


def page(results):
    return JSONResponse({"count": len(results), "next": None, "previous": None, "results": results})
