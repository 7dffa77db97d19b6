# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m embedded --port 8443 --state FILE: the platform from the command line, until it is interrupted."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path

from .server import Platform


def main():
    """Run the platform until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m embedded", description="An embedded Datasentinel platform, for trying out and for tests.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    parser.add_argument("--state", type=Path, required=True, help="SQLite file that holds the connections")
    parser.add_argument("--http", action="store_true", help="plain HTTP instead of HTTPS")
    parser.add_argument("--ca-dir", type=Path, help="where the CA certificate is written (default: beside the state)")
    parser.add_argument("--username", default="admin", help="user who may manage connections (default: admin)")
    parser.add_argument("--password-env", default="DATASENTINEL_API_PASSWORD", metavar="NAME", help="variable that holds the user's password")
    options = parser.parse_args()

    password = os.environ.get(options.password_env)
    if not password:
        parser.error(f"set {options.password_env} to the password that {options.username} shall have")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    ca_dir = options.ca_dir or options.state.resolve().parent
    with Platform(options.state, not options.http, ca_dir, options.port, options.username, password) as platform:
        trust = "" if options.http else f", CA certificate in {platform.ca_path}"
        print(f"Platform on {platform.url}{trust}", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
