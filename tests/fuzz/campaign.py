"""Feeds the targets with as many inputs as asked for, and keeps those that they fail on: `make fuzz`.

python -m tests.fuzz.campaign INPUTS [SEED]
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from tests.fuzz.inputs import inputs
from tests.fuzz.targets import TARGETS, fed

SECONDS, LONGEST_WAIT = 10, 60
"""An input may take so many seconds of a processor, and so many in all, however busy the machine is."""
SHARES = {"intake": 0.3, "model": 0.4, "configuration": 0.3}
FAILURES = Path("fuzz-failures")


def _late(*_: object) -> None:
    message = f"no answer after {SECONDS} s of a processor, or {LONGEST_WAIT} s in all"
    raise TimeoutError(message)


def main(count: int, seed: int) -> int:
    """Feed all targets; returns the number of failures, whose inputs are kept in the folder `FAILURES`."""
    for kind in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(kind, _late)
    failures = 0
    for name, share in SHARES.items():
        fed_in, taken, slowest, began = round(count * share), 0, 0.0, time.monotonic()
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            for number, content in enumerate(inputs(name, fed_in, seed)):
                if number and number % 1_000 == 0:
                    print(f"{name}: {number:,} of {fed_in:,}", flush=True)  # noqa: T201
                start = time.process_time()
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
                signal.alarm(LONGEST_WAIT)
                try:
                    taken += fed(TARGETS[name], content, Path(folder))
                except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                    failures += 1
                    FAILURES.mkdir(exist_ok=True)
                    path = FAILURES / f"{name}-{sha256(content).hexdigest()[:12]}"
                    path.write_bytes(content)
                    print(f"{path}: {error!r}"[:400], flush=True)  # noqa: T201
                finally:
                    signal.setitimer(signal.ITIMER_PROF, 0)
                    signal.alarm(0)
                slowest = max(slowest, time.process_time() - start)
        seconds = time.monotonic() - began
        print(  # noqa: T201
            f"{name}: {fed_in:,} inputs in {seconds:,.0f} s, {taken:,} taken, {fed_in - taken:,} refused or failed; "
            f"the slowest took {slowest:.2f} s of a processor",
            flush=True,
        )
    print(f"{failures} failures")  # noqa: T201
    return failures


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    sys.exit(main(numbers[0], numbers[1] if len(numbers) > 1 else 1) > 0)
