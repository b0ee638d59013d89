"""The programs that run: building them, starting them, asking what they cost, ending them."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BENCH = ROOT / "Tests" / "Bench"
SCRATCH = ROOT / ".build-bench"
RELEASE = ROOT / ".build" / "release"
START_SECONDS = 20


class BenchError(Exception):
    """Something that is needed is missing or does not work; one sentence."""


# Building

NEEDED = {
    "gcc": "gcc",
    "wrk": "wrk",
    "nginx": "nginx-light",
    "valgrind": "valgrind",
    "strip": "binutils",
    "epmd": "erlang-base",
}


LIBRARIES = {"easy_per_call": ["-lcurl"], "amqp_loop": ["-lrabbitmq"]}


def find(tool: str) -> str:
    """The path of a system program; Debian keeps some where only root looks."""
    path = shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/sbin")
    if not path:
        raise BenchError(f"{tool} is missing: apt-get install {NEEDED.get(tool, tool)}")
    return path


def build_peers() -> None:
    SCRATCH.mkdir(exist_ok=True)
    headers = [header.stat().st_mtime for header in (BENCH / "peers").glob("*.h")]
    for source in sorted((BENCH / "peers").glob("*.c")):
        program = SCRATCH / source.stem
        newest = max([source.stat().st_mtime, *headers])
        if program.exists() and program.stat().st_mtime >= newest:
            continue
        libraries = LIBRARIES.get(source.stem, [])
        command = [
            find("gcc"),
            "-O2",
            "-Wall",
            "-Wextra",
            "-D_GNU_SOURCE",
            "-o",
            str(program),
            str(source),
        ]
        subprocess.run(command + libraries, check=True)


def build_swift() -> None:
    """Builds what is measured exactly as `make build` does, and beside it the programs only we need."""
    environment = dict(os.environ, CARILLON_BENCH="1")
    for product in ("carillond", "bench-micro", "bench-hello"):
        command = [
            "swift",
            "build",
            "--quiet",
            "--configuration",
            "release",
            "--static-swift-stdlib",
            "--explicit-target-dependency-import-check",
            "error",
            "--product",
            product,
        ]
        if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0:
            raise BenchError(f"{product} cannot be built")


def scratch_file(name: str, content: bytes) -> str:
    path = SCRATCH / name
    path.write_bytes(content)
    return str(path)


# Running


class Program:
    """A process that was started here, or a child of one, and what it has used so far."""

    def __init__(self, pid: int, port: int = 0):
        self.pid = pid
        self.port = port

    def cpu(self) -> float:
        """Seconds of CPU of all its threads, those that have ended included; nanoseconds fine."""
        # The clock of another process, as clock_getcpuclockid(3) makes it.
        return time.clock_gettime((~self.pid << 3) | 2)

    def pin(self, cores: set[int]) -> None:
        """Keeps all its threads on these cores."""
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            os.sched_setaffinity(int(thread), cores)

    def memory(self, key: str = "Rss") -> int:
        """Bytes of `Rss`, `Private_Dirty`, … from smaps_rollup."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return int(re.search(rf"^{key}:\s+(\d+) kB", text, re.M).group(1)) * 1024


def end(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def fresh_directory(name: str) -> Path:
    path = SCRATCH / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def stripped(name: str) -> Path:
    """A copy without symbols: what is installed, and what valgrind can load (Swift's DWARF 5 it cannot)."""
    original, copy = RELEASE / name, SCRATCH / f"{name}.stripped"
    if not copy.exists() or copy.stat().st_mtime < original.stat().st_mtime:
        subprocess.run([find("strip"), "-o", str(copy), str(original)], check=True)
    return copy


def carillond_command(state: Path, *flags: str) -> list[str]:
    command = [str(stripped("carillond")), "--listen", "127.0.0.1:0", "--workers", "1"]
    return command + ["--state-directory", str(state), *flags]


@contextmanager
def carillon(state: Path | None = None, *flags: str, under: list[str] | None = None):
    """A daemon on a free port, ready; with an empty state unless told otherwise."""
    command = (under or []) + carillond_command(state or fresh_directory("state"), *flags)
    with open(SCRATCH / "carillond.log", "ab") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield Program(process.pid, port_of(process))
    finally:
        end(process)


def port_of(process: subprocess.Popen) -> int:
    """Waits for the line that says where it listens, and for its readiness."""
    for line in process.stdout:
        if found := re.search(r"listening on (?:http://)?127\.0\.0\.1:(\d+)", line):
            port = int(found.group(1))
            wait_until_ready(port)
            return port
    raise BenchError("carillond did not start; see .build-bench/carillond.log")


def wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while exchange(port, get("/readyz"))[0] != 200:
        if time.monotonic() > deadline:
            raise BenchError(f"carillond is not ready after {START_SECONDS} s")
        time.sleep(0.001)  # between two questions whether it is ready


NGINX = """
daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/error.log crit;
worker_rlimit_nofile 20000;
{master}
events {{ worker_connections 12000; }}
http {{
    access_log off; server_tokens off; default_type {media_type};
    keepalive_requests 1000000000; keepalive_timeout 75s; tcp_nodelay on;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /livez {{ return 200 '{body}'; }}
        location /rpc {{ return 200 '{{"jsonrpc":"2.0","result":true,"id":1}}'; }}
    }}
}}
"""


@contextmanager
def nginx(body: str = "", media_type: str = "application/json", under: list[str] | None = None):
    """nginx with one worker, which is the process that is measured. `under` a tool it is a single process."""
    directory = fresh_directory("nginx")
    port = free_port()
    master = "master_process off;" if under else ""
    configuration = NGINX.format(
        directory=directory, port=port, body=body, media_type=f'"{media_type}"', master=master
    )
    (directory / "nginx.conf").write_text(configuration)
    command = (under or []) + [
        find("nginx"),
        "-p",
        str(directory),
        "-c",
        str(directory / "nginx.conf"),
    ]
    process = subprocess.Popen(
        command + ["-e", str(directory / "error.log")], stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_open(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchError("nginx does not start; see .build-bench/nginx/error.log")
            time.sleep(0.01)  # no event says that a port is open
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Program(int(children[0]) if children else process.pid, port)
    finally:
        end(process)


@contextmanager
def peer(name: str, *arguments: str):
    """One of our own C programs that serves; its first line of output is its port, or `ready`."""
    command = [str(SCRATCH / name), *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline().strip()
        yield process, Program(process.pid, int(line) if line.isdigit() else 0)
    finally:
        end(process)


@contextmanager
def counting_peer(name: str, *arguments):
    """One of our own C programs that counts what comes, until its input ends; then it prints JSON, which is what is
    yielded once the block has been left."""
    command = [str(SCRATCH / name), *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    counted = {}
    try:
        process.stdout.readline()
        yield counted
        output, _ = process.communicate(timeout=60)
        counted.update(json.loads(output))
    finally:
        process.kill()
        process.wait()


def run_peer(name: str, *arguments) -> dict:
    """Runs one of our own C programs to its end; what it prints is JSON."""
    return json.loads(finish(start_peer(name, *arguments)))


def start_peer(name: str, *arguments) -> subprocess.Popen:
    command = [str(SCRATCH / name), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen) -> str:
    output, _ = process.communicate(timeout=300)
    if process.returncode != 0:
        raise BenchError(f"{process.args[0]} failed with status {process.returncode}")
    return output


def micro(*arguments) -> list[dict]:
    """Runs a part of bench-micro; it prints a JSON object a line."""
    command = [str(RELEASE / "bench-micro"), *map(str, arguments)]
    output = finish(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    return [json.loads(line) for line in output.splitlines()]


# Asking


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def post(path: str, body: str) -> bytes:
    fields = f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"POST {path} HTTP/1.1\r\n{fields}\r\n\r\n{body}".encode()


def receive_reply(connection: socket.socket) -> bytes:
    """One whole reply, head and body."""
    reply = b""
    while b"\r\n\r\n" not in reply:
        if not (piece := connection.recv(65536)):
            raise BenchError("a server closed the connection instead of answering")
        reply += piece
    head, _, body = reply.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    while length and len(body) < int(length.group(1)):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def exchange(port: int, request: bytes) -> tuple[int, bytes]:
    """Status and whole reply of one request on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        reply = receive_reply(connection)
    return int(reply.split()[1]), reply


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_datagram_ports(count: int) -> int:
    """The first of `count` consecutive UDP ports that nobody has, below the range the kernel hands out."""
    return free_ports(count, socket.SOCK_DGRAM)


def free_stream_ports(count: int) -> int:
    """The first of `count` consecutive TCP ports that nobody has, below the range the kernel hands out."""
    return free_ports(count, socket.SOCK_STREAM)


def free_ports(count: int, kind: socket.SocketKind) -> int:
    for first in range(12000, 30000, count):
        probes = []
        try:
            for port in range(first, first + count):
                probe = socket.socket(socket.AF_INET, kind)
                probes.append(probe)
                probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
    raise BenchError(f"there are no {count} consecutive free ports")


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
