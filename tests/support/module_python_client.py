# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Has the server of `module_python.py` run a module. Imports little, since each module waits for its start: without `site`, and with no package of ours."""

import os
import signal
import sys


def main(address, python, server_settings, *arguments):
    """Run a script, or what is on standard input, as `python` would; by it where it was started in another way or with other settings."""
    settings = {name: value for name, value in sorted(os.environ.items()) if name.startswith(("PYTHON", "LC_")) or name == "LANG"}
    if repr(settings) != server_settings or (arguments and arguments[0].startswith("-")):
        os.execv(python, [python, *arguments])
    # Needed here alone.
    import array
    import socket

    umask = os.umask(0)
    os.umask(umask)
    request = repr({"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd(), "umask": umask}).encode("utf-8", "surrogateescape")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.connect(address)
        server.sendmsg([len(request).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
        server.sendall(request)
        status = int(server.recv(16) or b"70")
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


main(*sys.argv[1:])
