"""The operator's own classes as judges, and what they said of generated resources.

The judge needs the classes of a built operator and of what it depends on, as a Java class path in
OVERLAYKIT_OPERATOR: Maven's newest jar is 1.7.0 (operator_early.py), older than any that counts. In a
clone at release-1.15.0: mvn -pl flink-kubernetes-operator -am compile, then all target/classes and
the jars of dependency:build-classpath. `operator_judge.py` records tests/operators/recorded.json anew.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(__file__).with_name("OperatorJudge.java")
RECORDED = ROOT / "tests" / "operators" / "recorded.json"
ENGINE = "flink-kubernetes-operator 1.15.0, built from its tag, Flink 1.20.1, Java 17"
COUNT, SEED = 3000, 15
CLASSES = os.environ.get("OVERLAYKIT_OPERATOR", "")


def ask(questions: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """What the operator says: verdict and message of each question."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["javac", "-nowarn", "-d", folder, "-cp", CLASSES, str(SOURCE)],
            check=True,
            capture_output=True,
        )
        text = "\n".join(json.dumps(one) for one in questions)
        path = f"{folder}:{CLASSES}"
        argv = ["java", "-XX:TieredStopAtLevel=1", "-cp", path, "OperatorJudge"]
        done = subprocess.run(argv, input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from operators.documents import cases
    from operators.pairs import pairs

    told = ask(cases(COUNT, SEED))
    words = sorted({one["message"] for one in told if one["verdict"] == "REJECT"})
    numbers = {word: number for number, word in enumerate(words)}
    said = [
        numbers[one["message"]] if one["verdict"] == "REJECT" else one["verdict"] for one in told
    ]
    classes = [one["verdict"] for one in ask(pairs(COUNT, SEED))]
    data = {"engine": ENGINE, "seed": SEED, "words": words, "validator": said, "diff": classes}
    lines = ",\n".join(
        f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'), ensure_ascii=False)}"
        for key, value in data.items()
    )
    RECORDED.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
