"""The other tools: how each is installed aside, given the same cases, started, and believed."""
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
from typing import Callable

from common import FOLDER, Broken, Cost, write_cases

PROMPTFOO, NODE, INSPECT = "promptfoo@0.123.1", "node@22", "inspect-ai==0.3.285"


@dataclasses.dataclass
class Peer:
    """How to run one tool: a project of so many cases, the command, the check that every case passed."""

    name: str
    version: list[str]
    env: dict
    prepare: Callable[[pathlib.Path, str, int], None]
    command: Callable[[int], list[str]]
    passed: Callable[[pathlib.Path, Cost, int], bool]


def install(folder: pathlib.Path) -> None:
    """About 2 GB and some minutes, once; from the registries that npm and pip are set up for."""
    if not (folder / "venv/bin/inspect").exists():
        print("installing Inspect aside …", file=sys.stderr)
        subprocess.run(["/usr/bin/python3", "-m", "venv", str(folder / "venv")], check=True)
        subprocess.run([str(folder / "venv/bin/pip"), "install", "-q", INSPECT, "openai"], check=True)
    if not (folder / "promptfoo/node_modules/promptfoo").exists():
        if not shutil.which("npm"):
            raise Broken("npm is not installed: it is needed to install promptfoo")
        print("installing promptfoo aside …", file=sys.stderr)
        (folder / "promptfoo").mkdir(parents=True, exist_ok=True)
        (folder / "promptfoo/package.json").write_text('{"private": true}')
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", NODE, PROMPTFOO]
        subprocess.run(command, cwd=folder / "promptfoo", check=True)


def promptfoo(folder: pathlib.Path, home: pathlib.Path) -> Peer:
    modules = folder / "promptfoo/node_modules"
    entry = json.loads((modules / "promptfoo/package.json").read_text())["bin"]["promptfoo"]
    start = [str(modules / "node/bin/node"), str(modules / "promptfoo" / entry)]

    def prepare(project: pathlib.Path, url: str, cases: int) -> None:
        checks = [{"type": "contains", "value": "ok"}, {"type": "regex", "value": r"^\s*(ok|OK)"}]
        provider = {"id": "openai:chat:stub-1", "config": {"apiBaseUrl": url, "apiKey": "none", "temperature": 0}}
        tests = [{"vars": {"question": f"Case {i:07}: say ok."}} for i in range(cases)]
        (project / "promptfooconfig.json").write_text(json.dumps(
            {"prompts": ["{{question}}"], "providers": [provider], "defaultTest": {"assert": checks}, "tests": tests}))

    def command(in_flight: int) -> list[str]:
        return [*start, "eval", "-c", "promptfooconfig.json", "--no-cache", "--no-table", "--no-progress-bar",
                "-j", str(in_flight)]

    def passed(_: pathlib.Path, cost: Cost, cases: int) -> bool:
        return cost.exit_code == 0 and f"{cases} passed" in cost.out.replace(",", "")

    env = {**os.environ, "HOME": str(home), "PROMPTFOO_CONFIG_DIR": str(home), "PROMPTFOO_DISABLE_TELEMETRY": "1",
           "PROMPTFOO_DISABLE_UPDATE": "1"}
    return Peer("promptfoo", [*start, "--version"], env, prepare, command, passed)


def inspect(folder: pathlib.Path, home: pathlib.Path) -> Peer:
    start = str(folder / "venv/bin/inspect")
    env = {**os.environ, "HOME": str(home), "OPENAI_API_KEY": "none"}

    def prepare(project: pathlib.Path, url: str, cases: int) -> None:
        shutil.copy(FOLDER / "peers_inspect.py", project / "task.py")
        env["OPENAI_BASE_URL"] = url
        write_cases(project, cases)

    def command(in_flight: int) -> list[str]:
        return [start, "eval", "task.py", "--model", "openai/stub-1", "-M", "responses_api=false", "--display", "none",
                "--log-dir", "logs", "--max-connections", str(in_flight), "--max-samples", str(in_flight)]

    def passed(project: pathlib.Path, _: Cost, cases: int) -> bool:
        log = next((project / "logs").glob("*.eval"))
        dump = subprocess.run([start, "log", "dump", "--header-only", str(log)], capture_output=True, check=True)
        head = json.loads(dump.stdout)
        if head["status"] != "success":
            return False
        accuracies = [score["metrics"]["accuracy"]["value"] for score in head["results"]["scores"]]
        return head["results"]["completed_samples"] == cases and accuracies == [1.0, 1.0]

    return Peer("Inspect", [start, "--version"], env, prepare, command, passed)
