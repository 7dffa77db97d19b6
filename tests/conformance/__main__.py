# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m conformance: asks the platform in DATASENTINEL_API_URL, prints a table and writes it as JSON too.

Exit status: 0 if the contract holds, 1 if a row of it is broken, 2 if the platform could not be asked.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import warnings
from pathlib import Path

from .calls import Access, Caller, Unusable
from .checks import Checks
from .findings import Findings


def main():
    """Run the checks. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance", description="Whether a platform does what the collection expects.")
    parser.add_argument("--json", type=Path, default=Path(".cache/conformance.json"), help="file for the result (default: .cache/conformance.json)")
    options = parser.parse_args()
    # As Ctrl-C, so that the connection is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    findings = Findings()
    unusable = checks = caller = None
    with warnings.catch_warnings():
        # Whoever turned verification off knows.
        warnings.simplefilter("ignore")
        try:
            caller = Caller(Access.from_environment())
            checks = Checks(caller, findings)
            checks.run()
        except Unusable as exc:
            unusable = exc
        except KeyboardInterrupt:
            unusable = "Interrupted."
    if caller is not None and findings.found:
        result = findings.as_data(checks.version, caller.made)
        print("\n".join(findings.table()))
        print(f"\n{caller.made} calls. " + ", ".join(f"{count} {word}" for word, count in result["summary"].items()) + ".")
        if unusable is None:
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            print(f"As JSON: {options.json}. docs/conformance.md says how to send it.")
    if unusable is not None:
        print(f"Not finished: {unusable}", file=sys.stderr)
        return 2
    print("The contract holds." if findings.conforms() else "The contract is broken.")
    return int(not findings.conforms())


if __name__ == "__main__":
    sys.exit(main())
