#!/usr/bin/env python3
"""Four verdicts on a real endpoint: a baseline, the same again, and two candidates that are truly worse.

  verdicts.py --assay BINARY --url URL --model ID [--out DIR] [--record | --replay] [--cassettes DIR]

The suite is easy.yaml: 223 one-step questions that a very small model answers in part. Exit code 0 if the same again
was not blocked and both worse ones were.
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CANDIDATES = [("baseline", []), ("same", []), ("hot", ["--set", "params.temperature=1.2"]),
              ("damaged", ["--prompt", str(HERE / "damaged.yaml")])]


def config(url: str, model: str) -> str:
    return f"""version: 1
targets:
  real:
    api: openai-chat
    url: "{url}"
    model: {model}
    stream: false
    timeout: {{connect: 60s, first_token: 900s, idle: 900s, total: 900s}}
    limits: {{concurrency: 8}}
"""


def run(args: argparse.Namespace, name: str, more: list[str]) -> dict:
    out = args.out / name
    policy = HERE / ("floor.yaml" if name == "baseline" else "gate.yaml")
    command = [args.assay, "run", str(HERE / "easy.yaml"), "--config", str(args.out / "assay.yaml"), "--target", "real",
               "--gate", str(policy), "--store", str(args.out / "history.db"), "--out", str(out), "--quiet", *more]
    if args.record or args.replay:
        command += ["--record" if args.record else "--replay", str(args.cassettes / f"{name}.jsonl")]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return json.loads((out / "verdict.json").read_text())


def show(name: str, verdict: dict) -> None:
    print(f"\n{name}: {verdict['verdict']}")
    for gate in verdict["gates"]:
        where = ", ".join(gate["slice"].values())
        low, high = gate["interval"] or (float("nan"), float("nan"))
        print(f"  {gate['state']:12} {gate['claim']:42} {where:10} {gate['estimate']:+.3f} [{low:+.3f}, {high:+.3f}]"
              f"  {gate['method']}")
    for reason in verdict["reasons"]:
        print(f"  {reason}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assay", required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8080/v1")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("build/easy"))
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--cassettes", type=pathlib.Path, default=HERE.parents[1] / "tests/cassettes/easy")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "assay.yaml").write_text(config(args.url, args.model))
    verdicts = {}
    for name, more in CANDIDATES:
        verdicts[name] = run(args, name, more)
        show(name, verdicts[name])
        if name == "baseline":
            subprocess.run([args.assay, "baseline", "set", "released", verdicts[name]["run"], "--store",
                            str(args.out / "history.db")], check=True, stdout=subprocess.DEVNULL)
    expected = verdicts["same"]["verdict"] != "BLOCK" and all(
        verdicts[name]["verdict"] == "BLOCK" for name in ("hot", "damaged"))
    return 0 if expected else 1


if __name__ == "__main__":
    sys.exit(main())
