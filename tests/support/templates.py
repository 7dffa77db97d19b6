# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates compiled once: each worker of Ansible compiles what it uses anew, which takes a third of its time where a role has many."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import marshal
import tempfile
from pathlib import Path

#: Where the versions of ansible-core have their environment of Jinja.
MODULES = ("ansible._internal._templating._jinja_bits", "ansible.template")
#: Settings that decide how a template is read.
SYNTAX = [f"{kind}_{end}_string" for kind in ("block", "variable", "comment") for end in ("start", "end")]
SYNTAX += ["line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks", "newline_sequence", "keep_trailing_newline"]


def share(folder: Path):
    """Have all processes that are forked from this one use each other's compiled templates, and one lexer.

    Args:
        folder: where the code is kept; it is made.
    """
    folder.mkdir(exist_ok=True)
    ansible = _first(MODULES)
    context = getattr(ansible, "_TemplateCompileContext", None)
    jinja = ansible.AnsibleEnvironment
    # Made here, it is not made in each worker.
    assert jinja().lexer
    compile_anew = jinja.compile

    def compile_once(environment, source, *arguments, **more):
        """Do what jinja2.Environment.compile does."""
        syntax = [getattr(environment, name) for name in SYNTAX]
        around = context and context.current(optional=True)
        text = str(source) if isinstance(source, str) else source
        given = repr((type(environment), syntax, sorted(environment.extensions), around, text, arguments, more))
        file = folder / hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()
        with contextlib.suppress(FileNotFoundError):
            return marshal.loads(file.read_bytes())
        code = compile_anew(environment, source, *arguments, **more)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as whole:
            whole.write(marshal.dumps(code))
        Path(whole.name).rename(file)
        return code

    jinja.compile = compile_once


def _first(modules):
    """Return the first module that there is."""
    for name in modules:
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    raise ImportError(f"none of {modules}")
