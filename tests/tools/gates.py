# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gates of the ecosystem, run on the repository: python gates.py [GATE…].

Each gate has a copy of what git tracks, in a folder as Ansible wants it for collections, with a home of its own. As many run
side by side as there are processors. One line each; what a gate printed is shown if it failed.

Since it sees nothing else, a gate that passed on these very files, with these tools, would pass again: it is called unchanged and not
run, unless it is named. What passed is remembered in the cache, and forgotten with it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from cores import NEWEST, Core

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
#: The environment of the tests; another ansible-core's, if this is run by its Python.
TESTS = Path(sys.executable).parent
LINT = CACHE / "venv-lint/bin"
DOCS = CACHE / "venv-docs/bin"
IMPORTER = CACHE / "venv-importer/bin"
PASSED, FAILED, UNCHANGED = "passed", "FAILED", "unchanged"
VERSION = "import sys; print('%d.%d' % sys.version_info[:2], end='')"
#: Seconds for a gate. The first time, ansible-test fills environments of its own; and in `make test`, the tests come first.
PATIENCE = 1800
#: What ansible-test looks for before it fetches pip's installer, by its version of pip.
BOOTSTRAPS = ("23_1_2", "24_2", "25_2", "25_3", "26_0")
BOOTSTRAP = f"""
# pip bootstrap for air-gapped networks: the packages asked for come from the configured index, and are unpacked and compiled, once; each
# environment gets a copy, since pip would be compiled in each. That of pylint collects no garbage, which takes a quarter of its time and
# spares it hardly any memory; the importer of plugins, up to 2.18, takes what is left uncollected for a failure.
import compileall, pathlib, shutil, subprocess, sys, sysconfig, zipfile
packages = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
wheels = pathlib.Path(__file__).with_suffix(".wheels")
unpacked = wheels / sys.implementation.cache_tag
if not unpacked.exists():
    subprocess.check_call([{str(TESTS / "python")!r}, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels), *packages])
    unfinished = wheels / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    for wheel in wheels.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(unfinished)
    compileall.compile_dir(unfinished, quiet=2)
    unfinished.rename(unpacked)
installed = pathlib.Path(sysconfig.get_path("purelib"))
shutil.copytree(unpacked, installed, dirs_exist_ok=True)
if "sanity.pylint" in installed.parts:
    installed.joinpath("without-gc.pth").write_text("import gc; gc.disable()")
"""


@dataclass(frozen=True)
class Gate:
    """A gate.

    Attributes:
        name: as it is printed.
        script: for bash, run in the copy. $CACHE: the cache of the checkout. $PYTHON: version of Python.
        bin: where its tools are.
        home: of its own below the cache, which stays; None: an empty one.
        refuses: words on a line of its output that fail it, whatever its exit status.
        core: whose ansible-test it runs; None: that of TESTS.
        asked_for: only run if it is named in full.
    """

    name: str
    script: str
    bin: Path = LINT
    home: str | None = None
    refuses: tuple[str, ...] = ()
    core: Core | None = None
    asked_for: bool = False


@dataclass(frozen=True)
class Result:
    """What became of a gate: one of the words, the seconds it took, its output."""

    word: str
    seconds: float
    output: str


CHANGELOG = """
antsibull-changelog lint
antsibull-changelog lint-changelog-yaml --strict changelogs/changelog.yaml
cp CHANGELOG.md before.md
antsibull-changelog generate
diff -u before.md CHANGELOG.md || { echo "CHANGELOG.md is not what its source says: make changelog"; exit 1; }
grep -q "^  $(sed -n 's/^version: //p' galaxy.yml):$" changelogs/changelog.yaml || { echo "changelogs/changelog.yaml lacks the version of galaxy.yml"; exit 1; }
"""
SANITY = 'ansible-test sanity --venv --python "$PYTHON" --color no'
UNITS = 'ansible-test units --python "$PYTHON" --num-workers 2 --color no'
SHELL_SCRIPTS = "git ls-files -z | xargs -0 grep -lIE --null '^#!.*\\b(ba)?sh$' | xargs -0 shellcheck --severity style"
IMPORT = """
"$TESTS/python" "$TESTS/ansible-galaxy" collection build --output-path "$HOME" >/dev/null
cd "$HOME"
printf '[galaxy-importer]\\nCHECK_REQUIRED_TAGS = True\\n' >importer.cfg
GALAXY_IMPORTER_CONFIG=importer.cfg python -m galaxy_importer.main datasentinel-platform-*.tar.gz
"""
#: It copies the collection once more. Finding both copies, it would write paths from one to the other, and a random name that ends in an
#: underscore is a reference in a page's text.
DOCUMENTATION = 'ANSIBLE_COLLECTIONS_PATH="$CACHE/dependencies" antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all .'
#: The longest first.
GATES = (
    Gate("ansible-test sanity", SANITY, TESTS, home="ansible-test"),
    Gate(f"ansible-test sanity, {NEWEST.version}", SANITY, NEWEST.bin, home="ansible-test-newest", core=NEWEST),
    # It forks for each test. So of those for either side only some, which shows that they run so.
    Gate("ansible-test units", UNITS + " tests/unit/plugins/module_utils/_platform/ tests/unit/plugins/lookup/", TESTS, home="ansible-test-units"),
    Gate("ansible-test units, all", UNITS, TESTS, home="ansible-test-units", asked_for=True),
    Gate("galaxy-importer", IMPORT, IMPORTER, refuses=("WARNING", "ERROR")),
    Gate("ansible-lint", "ansible-lint --profile production --offline --strict --nocolor", TESTS),
    Gate("antsibull-docs", DOCUMENTATION),
    Gate("documentation site", 'docs/docsite/build "$HOME"', DOCS),
    Gate("mypy", 'cd ../../.. && mypy --config-file "$OLDPWD/pyproject.toml" --cache-dir "$CACHE/mypy" "$OLDPWD/plugins"'),
    Gate("antsibull-changelog", CHANGELOG),
    Gate("yamllint", "yamllint --strict ."),
    Gate("codespell", "codespell"),
    Gate("reuse", "reuse lint --quiet || reuse lint"),
    Gate("shellcheck", SHELL_SCRIPTS, TESTS),
    Gate("ruff check", "ruff check --no-cache ."),
    Gate("ruff format", "ruff format --no-cache --check --diff ."),
)


def tracked():
    """Return the names of the files that git tracks."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and os.path.lexists(ROOT / name)]


def copy(names, folder):
    """Copy files of the checkout into a collection below a folder, and have git know them. Returns the collection's path."""
    collection = folder / "ansible_collections/datasentinel/platform"
    for name in names:
        (collection / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, collection / name, follow_symlinks=False)
    for command in (["init", "--quiet"], ["add", "--all", "--force"]):
        subprocess.run(["git", "-C", collection, *command], check=True)
    return collection


def home_of(gate, folder):
    """Return the home of a gate, with what ansible-test looks for in it."""
    if gate.home is None:
        home = folder / "home"
        home.mkdir()
        return home
    home = CACHE / gate.home
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in BOOTSTRAPS:
        (cache / f"get_pip_{version}.py").write_text(BOOTSTRAP)
    return home


def environment_of(gate, folder):
    """Return the environment of a gate: of whoever runs it, what says where packages and temporary files are."""
    inherited = [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith(("PIP_", "LC_")) or name in {"LANG", "TMPDIR"}]
    # By links beside the copy, since ansible-test cannot run a Python whose path holds a space, as that of a checkout may.
    links = {}
    tests = gate.core.bin if gate.core else TESTS
    for name, target in (("tools", gate.bin), ("tests", tests)):
        links[name] = folder / name
        links[name].symlink_to(target.parent)
    # Without the shims of a version manager, which answer for Pythons that are not there.
    path = [str(links["tools"] / "bin"), *(part for part in os.environ["PATH"].split(os.pathsep) if "shims" not in part and not part.startswith(str(ROOT)))]
    return {
        **{name: os.environ[name] for name in inherited},
        "PATH": os.pathsep.join(path),
        "HOME": str(home_of(gate, folder)),
        "CACHE": str(CACHE),
        "TESTS": str(links["tests"] / "bin"),
        "PYTHON": subprocess.run([tests / "python", "-c", VERSION], stdout=subprocess.PIPE, text=True, check=True).stdout,
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join([str(folder), str(CACHE / "dependencies")]),
    }


def memory_of(gate, root, names):
    """Return the file that is there if a gate has passed on these files, of the checkout or a copy, with the tools that are installed now."""
    seen = hashlib.sha256(repr((gate, TESTS)).encode())
    tools = [environment / name for environment in (TESTS.parent, gate.bin.parent) for name in ("pyvenv.cfg", ".state")]
    for file in [*filter(Path.exists, tools), *(root / name for name in names)]:
        content = os.readlink(file).encode() if file.is_symlink() else file.read_bytes()
        seen.update(f"{file.lstat().st_mode} {len(content)} ".encode() + content)
    seen.update("\0".join(names).encode())
    return CACHE / "passed" / seen.hexdigest()


def run(gate, names, again=True):
    """Run a gate; if it is not to run again, only where it has not passed on the same files. Returns its Result."""
    start = time.monotonic()

    def result(word, output):
        return Result(word, time.monotonic() - start, output)

    if gate.core:
        made = subprocess.run(gate.core.making, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if made.returncode:
            return result(FAILED, made.stdout)
    if not again and memory_of(gate, ROOT, names).exists():
        return result(UNCHANGED, "")
    with tempfile.TemporaryDirectory(prefix="gate-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary).resolve()
        collection = copy(names, folder)
        # Of what it is given, whatever happens to the checkout meanwhile.
        memory = memory_of(gate, collection, names)
        try:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", gate.script],
                cwd=collection,
                env=environment_of(gate, folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
            passed, output = done.returncode == 0, done.stdout
        except subprocess.TimeoutExpired as exc:
            passed, output = False, f"{(exc.stdout or b'').decode(errors='replace')}\nNot finished within {PATIENCE} seconds."
    refused = [line for line in output.splitlines() if any(word in line for word in gate.refuses)]
    if not passed or refused:
        memory.unlink(missing_ok=True)
        return result(FAILED, output)
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.touch()
    return result(PASSED, output)


def named(word):
    """Return the gate of this name, or those whose names it is a part of, but those that are to be asked for."""
    return [gate for gate in GATES if word == gate.name] or [gate for gate in GATES if word in gate.name and not gate.asked_for]


def chosen(words):
    """Return the gates that words name; without any, all of them but those that are to be asked for."""
    found = {word: named(word) for word in words or [""]}
    unknown = [word for word, gates in found.items() if not gates]
    if unknown:
        sys.exit(f"No gate is named {', '.join(unknown)}. There are: {', '.join(gate.name for gate in GATES)}.")
    return [gate for gate in GATES if any(gate in gates for gates in found.values())]


def main():
    """Return the exit status: whether any gate failed."""
    gates, names = chosen(sys.argv[1:]), tracked()
    for gate in [gate for gate in gates if gate.core and gate.core.python is None]:
        print(f"{gate.name} is left out, since {gate.core.missing}.")
        gates.remove(gate)
    words = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = {pool.submit(run, gate, names, again=bool(sys.argv[1:])): gate for gate in gates}
        try:
            for future in as_completed(futures):
                result = future.result()
                words.append(result.word)
                print(f"{result.word:9}  {result.seconds:5.1f} s  {futures[future].name}", flush=True)
                if result.word == FAILED:
                    print(result.output, flush=True)
        except KeyboardInterrupt:
            # Whatever runs has been interrupted, too.
            pool.shutdown(wait=False, cancel_futures=True)
            return 130
    unchanged = f", {words.count(UNCHANGED)} unchanged since they passed" if UNCHANGED in words else ""
    print(f"{words.count(PASSED)} passed, {words.count(FAILED)} failed{unchanged}")
    return int(FAILED in words)


if __name__ == "__main__":
    sys.exit(main())
