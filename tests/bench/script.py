# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work as a plain script: one request after the other, in one Session, without Ansible.

python script.py CONNECTIONS.CSV, with the variables that the collection reads; it keeps the connections as the file has them.
"""

from __future__ import annotations

import csv
import os
import sys

import requests

TAGS = "environment=bench"


def main():
    """Register what is missing, update what differs, and read again what was written."""
    root = os.environ["DATASENTINEL_API_URL"] + "/ds-api/"
    credentials = os.environ["DATASENTINEL_API_USERNAME"], os.environ["DATASENTINEL_API_PASSWORD"]
    with requests.Session() as session, open(sys.argv[1], newline="", encoding="utf-8") as file:
        # In the session, since requests reads REQUESTS_CA_BUNDLE anew for each request.
        session.verify = os.environ.get("DATASENTINEL_CA_PATH") or True
        minted = session.post(root + "user-token", auth=credentials)
        minted.raise_for_status()
        session.headers["user-token"] = minted.json()["user-token"]
        for row in csv.DictReader(file):
            url = root + "pool/pg-instances/" + row["name"]
            desired = {"host": row["host"], "port": 5432, "user": "datasentinel", "password": row["password"], "tags": TAGS}
            shown = session.get(url)
            if shown.status_code == 404:
                written = session.post(url, json=desired)
            elif desired.items() <= shown.json().items():
                continue
            else:
                written = session.put(url, json=desired)
            written.raise_for_status()
            confirmed = session.get(url)
            confirmed.raise_for_status()
            if not desired.items() <= confirmed.json().items():
                sys.exit(f"{row['name']} is not as described")


if __name__ == "__main__":
    main()
