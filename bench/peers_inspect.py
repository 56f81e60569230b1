"""The benchmark's cases as an Inspect task; copied beside cases.jsonl as task.py and run by Inspect, never by us."""
from inspect_ai import Task, task
from inspect_ai.dataset import Sample, json_dataset
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import includes, pattern
from inspect_ai.solver import generate


@task
def bench():
    cases = json_dataset("cases.jsonl", lambda record: Sample(input=record["question"], target="ok", id=record["id"]))
    checks = [includes(), pattern(r"^\s*(ok)")]
    return Task(dataset=cases, solver=generate(), scorer=checks, config=GenerateConfig(temperature=0))
