"""What the operator's own classes make of resources: the file that the pods of a cluster mount.

Needs the classes of a built operator, as operator_judge.py says. Run as a script, it records
tests/operators/configured.json anew.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from operator_judge import CLASSES, ENGINE, ROOT

SOURCE = Path(__file__).with_name("OperatorConfigures.java")
RECORDED = ROOT / "tests" / "operators" / "configured.json"
COUNT, SEED = 80, 15


def ask(questions: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """The answer to each question; `failed` says why the operator does not deploy it."""
    with tempfile.TemporaryDirectory() as folder:
        compiler = ["javac", "-nowarn", "-d", folder, "-cp", CLASSES, str(SOURCE)]
        subprocess.run(compiler, check=True, capture_output=True)
        text = "\n".join(json.dumps(one) for one in questions)
        path = f"{folder}:{CLASSES}"
        argv = ["java", "-XX:TieredStopAtLevel=1", "-cp", path, "OperatorConfigures"]
        done = subprocess.run(argv, input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from operators.configurations import cases, theirs

    said = [theirs(answer) for answer in ask(cases(COUNT, SEED))]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in said)
    engine = json.dumps(ENGINE)
    RECORDED.write_text(f'{{"engine": {engine}, "seed": {SEED}, "said": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
