# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Python for modules without its start, which takes longer than most of what a module does: forked from a process that has loaded what modules import.

Ansible starts `module_python_client.py` in its place, which hands over its standard files, its arguments and its environment.
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import functools
import importlib
import os
import selectors
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
import types
import zipimport
from pathlib import Path

CLIENT = Path(__file__).with_name("module_python_client.py")
#: What a module imports besides its collection's own code.
MODULES = [
    "ansible.module_utils.basic",
    "ansible.module_utils.urls",
    "ansible.module_utils.common.arg_spec",
    "ansible.module_utils._internal._ansiballz._loader",
    "psycopg",
    "psycopg.rows",
    "requests",
    "zipfile",
]


@functools.cache
def path() -> str:
    """Return the path of a program that does what this Python does for modules. Its server ends with this process."""
    folder = Path(tempfile.mkdtemp(prefix="module-python-"))
    address, program = folder / "socket", folder / "python"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(address))
        listener.listen(64)
        command = [sys.executable, __file__, str(listener.fileno())]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[listener.fileno()], start_new_session=True)
    client = [sys.executable, "-I", "-S", str(CLIENT), str(address), sys.executable, repr(settings())]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(client)} "$@"\n')
    program.chmod(0o755)

    def end():
        server.stdin.close()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return str(program)


def settings() -> dict:
    """Return what Python reads when it is started. Modules that are to run with other settings are started."""
    return {name: value for name, value in sorted(os.environ.items()) if name.startswith(("PYTHON", "LC_")) or name == "LANG"}


class Server:
    """Forks a process for each module that a client wants to be run, and tells the client its exit status; where the client ends first, kills it."""

    def __init__(self, listener: socket.socket):
        self._listener = listener
        self._clients: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()

    def serve(self):
        """Serve until standard input is closed."""
        ended, wakeup = socket.socketpair()
        for end in (ended, wakeup):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup.fileno())
        self._selector.register(self._listener, selectors.EVENT_READ, self._start)
        self._selector.register(ended, selectors.EVENT_READ, self._reap)
        self._selector.register(sys.stdin.buffer, selectors.EVENT_READ)
        while True:
            for key, _events in self._selector.select():
                if key.fileobj is sys.stdin.buffer:
                    return
                key.data(key.fileobj)

    def _start(self, listener):
        client, _address = listener.accept()
        # A message of its own: the length of the next one, and the standard files.
        length, files, _flags, _sender = socket.recv_fds(client, 4, 3)
        with client.makefile("rb") as stream:
            request = ast.literal_eval(stream.read(int.from_bytes(length, "big")).decode("utf-8", "surrogateescape"))
        process = os.fork()
        if not process:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _run(files, **request)
        for file in files:
            os.close(file)
        self._clients[process] = client
        self._selector.register(client, selectors.EVENT_READ, functools.partial(self._kill, process))

    def _reap(self, ended):
        ended.recv(4096)
        for process in list(self._clients):
            reaped, status = os.waitpid(process, os.WNOHANG)
            if reaped:
                client = self._clients.pop(process)
                with contextlib.suppress(KeyError):
                    self._selector.unregister(client)
                with contextlib.suppress(OSError), client:
                    client.sendall(str(os.waitstatus_to_exitcode(status)).encode())

    def _kill(self, process, client):
        """End what a client that has ended waited for."""
        self._selector.unregister(client)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)


def _run(files, arguments, environment, folder, umask):
    """Become what Python is when it runs a script, or what is on standard input. Does not return."""
    status = 1
    try:
        os.setsid()
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.closerange(3, max(files) + 1)
        os.chdir(folder)
        os.umask(umask)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = list(arguments) or ["-"]
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        if arguments:
            main.__file__ = arguments[0]
            sys.path.insert(0, str(Path(arguments[0]).parent))
            source = Path(arguments[0]).read_bytes()
        else:
            source = sys.stdin.buffer.read()
        exec(compile(source, sys.argv[0], "exec"), vars(main))
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            atexit._run_exitfuncs()
            sys.stdout.flush()
        os._exit(status)


def _load():
    """Import what modules import, and compile the collection, which a module does from its zip file, each part twice."""
    for name in MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    folders = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)
    paths = [path for folder in folders for path in Path(folder).glob("ansible_collections/*/*/plugins/module*/**/*.py")]
    compiled = {source: compile(source, path, "exec", dont_inherit=True) for path in paths for source in [path.read_bytes()]}
    zipimport.compile = lambda source, *arguments, **more: compiled.get(source) or compile(source, *arguments, **more)


if __name__ == "__main__":
    # This file's folder, which is no script's.
    del sys.path[0]
    _load()
    Server(socket.socket(fileno=int(sys.argv[1]))).serve()
