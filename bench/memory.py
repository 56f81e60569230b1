"""(c) Memory, CPU a case and the size of the store as the cases grow from a thousand to a million."""
import socket
import threading

from common import Bench, Claim, Plot, Story, Stub, run_assay, write_project

SAMPLE = 200  # cases whose bytes on the wire are counted
CONCURRENCY = 64


class CountingRelay:
    """Passes connections on to a port and counts the bytes in both directions."""

    def __init__(self, port: int):
        self.port, self.bytes, self.lock = port, 0, threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.port))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    def copy(self, source: socket.socket, sink: socket.socket) -> None:
        while data := source.recv(65536):
            with self.lock:
                self.bytes += len(data)
            sink.sendall(data)
        sink.close()


def wire_bytes(bench: Bench, stub: Stub, stream: bool) -> float:
    """Bytes of HTTP, requests and answers with their heads, for one case; cases are of equal size."""
    relay = CountingRelay(stub.port)
    with bench.project() as folder:
        write_project(folder, relay.url, SAMPLE, 1, target={"stream": stream})
        run_assay(bench, folder)
    return relay.bytes / SAMPLE


def measure_size(bench: Bench, url: str, cases: int, wire: float, stream: bool) -> list:
    with bench.project() as folder:
        write_project(folder, url, cases, CONCURRENCY, target={"stream": stream})
        run = run_assay(bench, folder)
        stored = sum(file.stat().st_size for file in run.store.parent.glob(run.store.name + "*"))
    name = f"{cases:,}{' streamed' if stream else ''}"
    return [name, round(run.cost.rss_mib, 1), round(run.cpu_us, 1), round(run.rate), round(run.whole_rate),
            round(stored / cases), round(wire), round(stored / cases / wire, 2)]


def measure(bench: Bench) -> Story:
    sizes = bench.pick([1_000, 10_000, 100_000, 1_000_000], [1_000, 10_000, 100_000])
    with Stub(bench) as stub:
        wire = wire_bytes(bench, stub, stream=False)
        rows = [measure_size(bench, stub.url, size, wire, stream=False) for size in sizes]
        streamed = measure_size(bench, stub.url, 100_000, wire_bytes(bench, stub, stream=True), stream=True)
    last = rows[-1]
    claims = [
        Claim(f"peak RSS at {last[0]} cases, MiB", last[1], 150, 64),
        Claim(f"store over bytes on the wire at {last[0]} cases", last[7], 1.5),
        Claim("store over bytes on the wire, streamed", streamed[7], 1.5),
        Claim(f"CPU a case at {last[0]} over that at {rows[1][0]}", round(last[2] / rows[1][2], 2), 1.25, 1.05),
    ]
    plots = [
        Plot("memory", "Peak memory", "cases", "MiB", {"assay": list(zip(sizes, [row[1] for row in rows]))},
             {"floor": 150, "aim": 64}, log_x=True),
        Plot("cost-per-case", "CPU of a case as the suite grows", "cases", "µs of CPU",
             {"assay": list(zip(sizes, [row[2] for row in rows]))}, log_x=True),
    ]
    columns = ["cases", "RSS MiB", "µs a case", "cases/s", "whole process", "stored B/case", "wire B/case",
               "stored/wire"]
    notes = [f"bytes on the wire were counted over {SAMPLE} cases by a relay: HTTP with its heads, both ways"]
    return Story("Memory, cost and store as the suite grows", columns, rows + [streamed], claims, plots, notes)
