"""Monitors the processes of a local fleet for leaks of memory, threads, files or disk space. Reads /proc, so it needs Linux."""

import os
import re
import subprocess
from collections import namedtuple
from pathlib import Path

Figures = namedtuple("Figures", "heap_mib rss_mib threads files disk_mib")
"""heap_mib: the heap after a garbage collection; None if the gateway did not respond to jcmd. disk_mib: disk usage of the whole
data folder."""

COMPLAINT = re.compile(r"OutOfMemoryError|StackOverflowError|Too many open files|No space left|HTTP Request to .* failed")


class Probe:
    def __init__(self, data):
        self.data = Path(data).resolve()

    def processes(self):
        """@return name -> process id of each process that uses this data folder; the process "fleet" includes the broker"""
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if "java" not in command[0] or not any(str(self.data) in part for part in command):
                continue
            name = next((part.split("=")[1] for part in command if part.startswith("-Dlorafleet.worker.id=")), None)
            jar = " ".join(part for part in command if part.endswith(".jar"))
            name = name or next((each for each in ("gateway", "trainer", "standalone") if each in jar), None)
            if name:
                found["fleet" if name == "standalone" else name] = int(folder.name)
        return found

    def gateway(self):
        return self.processes().get("gateway")

    def figures(self):
        process = self.gateway()
        try:
            return Figures(self._heap(process), *self._sizes(Path(f"/proc/{process}")), self.disk())
        except OSError:  # the gateway is not running, or has just ended
            return Figures(None, None, None, None, self.disk())

    @staticmethod
    def _sizes(process):
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
        return int(status["VmRSS"].split()[0]) // 1024, int(status["Threads"]), len(os.listdir(process / "fd"))

    @staticmethod
    def _heap(process):
        try:
            for command in ("GC.run", "GC.heap_info"):
                said = subprocess.run(["jcmd", str(process), command], capture_output=True, text=True, timeout=15).stdout
        except subprocess.TimeoutExpired:
            return None
        used = re.findall(r"(?:heap|generation)\s+total \d+K, used (\d+)K", said)
        return sum(map(int, used)) // 1024 if used else None

    def disk(self):
        blocks = 0
        for folder, _, files in os.walk(self.data):
            for file in files:
                try:
                    blocks += os.lstat(os.path.join(folder, file)).st_blocks
                except OSError:
                    pass  # the file was deleted in the meantime
        return blocks * 512 >> 20

    def complaints(self):
        """@return the lines of the gateway's log that report an exhausted resource or an internal error"""
        try:
            log = (self.data / "logs" / "gateway.log").read_text(errors="replace")
        except OSError:
            return []
        return [line for line in log.splitlines() if COMPLAINT.search(line)]
