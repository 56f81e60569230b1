#!/usr/bin/env python3
"""Makes suites and label files for `assay calibrate` out of public judge benchmarks.

  make.py DATA OUT [--pairs N] [--seed N]

DATA holds llmbar/, pandalm/ and halueval/ as their projects publish them; OUT gets one folder a set, each with
suite.yaml, cases.jsonl and labels.jsonl. Sets: llmbar (objective preferences, five subsets), mt-bench (majority of
people, as LLMBar ships it), pandalm (three people a pair), halueval (a true and a made-up answer to each question).
"""
import argparse
import json
import random
from pathlib import Path

PAIR_SUITE = """version: 1
suite: {name}
kind: golden
dataset: {{file: cases.jsonl, id: "{{{{key}}}}", tags: [subset]}}
messages:
  - user: "{{{{question}}}}"
defaults:
  checks:
    - pairwise:
        judge: judge
        other: "{{{{other}}}}"
        criteria: The better response does what the instruction asks, correctly and completely.
        at_least: win
"""

TRUE_SUITE = """version: 1
suite: halueval
kind: golden
dataset: {file: cases.jsonl, id: "{{key}}"}
messages:
  - user: "{{question}}"
defaults:
  checks:
    - closed_qa:
        judge: judge
        criteria: "The answer is right according to this text: {{knowledge}}"
"""


def read_lines(file):
    return [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines() if line.strip()]


def write(folder, suite, cases, labels):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "suite.yaml").write_text(suite, encoding="utf-8")
    for name, records in (("cases.jsonl", cases), ("labels.jsonl", labels)):
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (folder / name).write_text(text, encoding="utf-8")


def pair(name, key, subset, question, answer, other, verdicts):
    """A case, and the labels of people who prefer the answer (1), the other (2) or neither (0)."""
    case = {"key": key, "subset": subset, "question": question, "other": other}
    labels = []
    for by, verdict in verdicts:
        label = {"suite": name, "case": key, "answer": answer, "check": "pairwise", "by": by}
        label["score"] = {1: 1, 2: 0, 0: 0.5}[verdict]
        label["pass"] = verdict == 1
        labels.append(label)
    return case, labels


def write_pairs(out, name, pairs):
    cases = [case for case, _ in pairs]
    labels = [label for _, some in pairs for label in some]
    write(out / name, PAIR_SUITE.format(name=name), cases, labels)


def llmbar(data, draw):
    pairs = []
    for file in sorted((data / "llmbar" / "LLMBar").rglob("dataset.json")):
        subset = file.parent.name
        for i, row in enumerate(json.loads(file.read_text(encoding="utf-8"))):
            pairs.append(pair("llmbar", f"{subset}-{i}", subset, row["input"], row["output_1"], row["output_2"],
                              [("gold", int(row["label"]))]))
    return draw(pairs)


def mt_bench(data, draw):
    rows = json.loads((data / "llmbar" / "Processed" / "MT-Bench" / "dataset.json").read_text(encoding="utf-8"))
    return draw([pair("mt-bench", f"p{i}", "all", row["input"], row["output_1"], row["output_2"],
                      [("majority", int(row["label"]))]) for i, row in enumerate(rows)])


def pandalm(data, draw):
    rows = json.loads((data / "pandalm" / "testset-v1.json").read_text(encoding="utf-8"))
    pairs = []
    for row in rows:
        question = row["instruction"] + ("\n\n" + row["input"] if row["input"] else "")
        verdicts = [(f"annotator{n}", int(row[f"annotator{n}"])) for n in (1, 2, 3)]
        pairs.append(pair("pandalm", f"p{row['idx']}", row["motivation_app"], question, row["response1"],
                          row["response2"], verdicts))
    return draw(pairs)


def halueval(data, draw):
    rows = draw(list(enumerate(read_lines(data / "halueval" / "qa_one-turn_data.json"))))
    cases, labels = [], []
    for i, row in rows:
        cases.append({"key": f"q{i}", "question": row["question"], "knowledge": row["knowledge"]})
        for answer, good in ((row["right_answer"], True), (row["hallucinated_answer"], False)):
            labels.append({"suite": "halueval", "case": f"q{i}", "answer": answer, "check": "closed_qa",
                           "pass": good, "by": "halueval"})
    return cases, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pairs", type=int, default=60, help="of each set (default 60)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    def draw(rows):
        return random.Random(arguments.seed).sample(rows, min(arguments.pairs, len(rows)))

    write_pairs(arguments.out, "llmbar", llmbar(arguments.data, draw))
    write_pairs(arguments.out, "mt-bench", mt_bench(arguments.data, draw))
    write_pairs(arguments.out, "pandalm", pandalm(arguments.data, draw))
    write(arguments.out / "halueval", TRUE_SUITE, *halueval(arguments.data, draw))


if __name__ == "__main__":
    main()
