"""Feeds a target with inputs that reach code which no other has reached, found by atheris: `make fuzz-guided`.

python -m tests.fuzz.guided TARGET [options of libFuzzer], as `intake -runs=10000`. What reaches new code is kept in the
corpus as long as nobody removes it; what fails stays in the working folder.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["engine"]):
    from tests.fuzz.inputs import CORPUS, LONGEST
    from tests.fuzz.targets import TARGETS, fed


def main(name: str, options: list[str]) -> None:
    """Run until a failure, or as long as the options say."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, tempfile.TemporaryDirectory(prefix="corpus-") as found:
        arguments = [sys.argv[0], f"-max_len={LONGEST}", "-timeout=10", *options, found, str(CORPUS / name)]
        atheris.Setup(arguments, lambda content: fed(TARGETS[name], content, Path(folder)) and None)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
