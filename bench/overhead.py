"""(e) What scoring, the store and TLS add to a case, each apart, against one base: two checks, HTTP, store on disk."""
import contextlib
import pathlib
import socket
import subprocess
import tempfile
from statistics import median
from typing import Iterator

from common import Bench, Broken, Run, Story, Stub, run_assay, run_process, supports, write_project

CONCURRENCY = 64


def checks(count: int) -> list:
    """Contains and regex in turn, each under a name of its own."""
    kinds = [("contains", "ok"), ("regex", r"(?i)^\s*(ok)")]
    return [{kinds[i % 2][0]: {"value": kinds[i % 2][1], "as": f"m{i}"}} for i in range(count)]


class Threads:
    """CPU seconds of each thread of a process, as last seen; a thread that ends keeps its last reading."""

    def __init__(self):
        self.seconds: dict[str, float] = {}

    def watch(self, pid: int) -> None:
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
            with contextlib.suppress(OSError, ValueError, IndexError):  # it ended meanwhile
                self.seconds[task.name] = int((task / "schedstat").read_text().split()[0]) / 1e9


def make_certificate(folder: pathlib.Path) -> None:
    """cert.pem, key.pem and both in one file, for this machine's own name."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
               "-keyout", "key.pem", "-out", "cert.pem"]
    made = run_process(command, folder)
    if made.exit_code != 0:
        raise Broken(f"openssl made no certificate: {made.err}")
    (folder / "both.pem").write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())


@contextlib.contextmanager
def tls_in_front(port: int) -> Iterator[tuple[str, str]]:
    """haproxy decrypts and passes the bytes on; its CPU is not counted. Yields the address and the authority's file."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        folder = pathlib.Path(name)
        make_certificate(folder)
        (folder / "haproxy.cfg").write_text(
            "global\n  nbthread 1\n  maxconn 4000\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n"
            f"  timeout server 60s\nlisten tls\n  bind fd@{listener.fileno()} ssl crt {folder}/both.pem\n"
            f"  server stub 127.0.0.1:{port}\n")
        command = ["haproxy", "-db", "-q", "-f", str(folder / "haproxy.cfg")]
        proxy = subprocess.Popen(command, pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL)
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}/v1", str(folder / "cert.pem")
        finally:
            proxy.terminate()
            proxy.wait()


def variants(bench: Bench, secure: tuple[str, str], memory_folder: pathlib.Path) -> dict:
    """Name → how that run differs from the base."""
    table = {
        "base": {},
        "1 check": {"checks": checks(1)},
        "8 checks": {"checks": checks(8)},
        "store in memory": {"store": memory_folder / "history.db"},
        "streamed": {"target": {"stream": True}},
        "TLS": {"url": secure[0], "target": {"ca_file": secure[1]}},
    }
    if supports(bench, "--replay", "run", "--help"):
        table["recorded to a cassette"] = {"options": ["--record", "cassette.jsonl"]}
        table["replayed, no network"] = {"replay": True}
    return table


def run_variant(bench: Bench, stub: Stub, difference: dict, threads: Threads | None = None) -> Run:
    cases = bench.pick(20_000, 5_000)
    with bench.project() as folder:
        write_project(folder, difference.get("url", stub.url), cases, CONCURRENCY,
                      checks=difference.get("checks", checks(2)), target=difference.get("target"))
        if difference.get("replay"):
            run_assay(bench, folder, "--record", "cassette.jsonl")
            return run_assay(bench, folder, "--replay", "cassette.jsonl")
        store = difference.get("store")
        if store:
            for file in store.parent.glob("history.db*"):
                file.unlink()
        watch = threads.watch if threads else None
        return run_assay(bench, folder, *difference.get("options", []), store=store, watch=watch)


def thread_split(bench: Bench, stub: Stub) -> list[str]:
    """Where the base's CPU goes, by thread; read every 20 ms, so the last moments are missing."""
    threads = Threads()
    run = run_variant(bench, stub, {}, threads)
    shares = sorted((seconds / run.cases * 1e6 for seconds in threads.seconds.values()), reverse=True)
    split = ", ".join(f"{share:.1f}" for share in shares if share >= 0.05)
    return [f"µs a case of the base by thread, largest first: {split}; together {sum(shares):.1f} of {run.cpu_us:.1f}"]


def measure(bench: Bench) -> Story:
    memory_root = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
    in_memory = tempfile.TemporaryDirectory(dir=memory_root)
    with Stub(bench) as stub, tls_in_front(stub.port) as secure, in_memory as memory:
        table = variants(bench, secure, pathlib.Path(memory))
        runs: dict[str, list[Run]] = {name: [] for name in table}
        for _ in range(bench.pick(5, 2)):  # in turn, so that all meet the machine in the same moods
            for name, difference in table.items():
                runs[name].append(run_variant(bench, stub, difference))
        notes = thread_split(bench, stub)
    base = median(run.cpu_us for run in runs["base"])
    rows = []
    for name, several in runs.items():
        cost = median(run.cpu_us for run in several)
        rate = median(run.rate for run in several)
        rows.append([name, round(cost, 1), round(cost - base, 1), round(cost / base, 2), round(rate)])
    by_name = {row[0]: row[1] for row in rows}
    notes.append(f"a check costs {(by_name['8 checks'] - by_name['1 check']) / 7:.2f} µs, stored with its score")
    notes.append("connections are kept, so the TLS row is encryption; 64 handshakes are spread over all cases")
    if "replayed, no network" not in table:
        notes.append("this binary has no --replay: the row without network is left out")
    columns = ["variant", "µs a case", "over base", "ratio", "cases/s"]
    return Story("Overhead of scoring, store and TLS", columns, rows, notes=notes)
