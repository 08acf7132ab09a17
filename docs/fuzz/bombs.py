"""Measures the effect of one caller's attacks on other callers: an honest caller generates small images, first alone, then
during each attack. The script also monitors the gateway process, and prints a table. The exit code is 1 if a limit in
bounds.py was exceeded.

    bombs.sh [bombs.py's options]       starts a fleet, attacks it, and stops it
    bombs.py --list [--disk]

bombs.py needs only Python, a fleet on this machine, and the keys of three callers in the environment (HONEST_KEY: generate;
ATTACKER_KEY: generate, manage-adapters; OPERATOR_KEY: operate). All traffic goes to 127.0.0.1.
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time

import bounds
from attacks import ATTACKS
from honest import Honest, Receiver, await_idle
from probe import Probe
from wire import Wire

PREPARED = 120
"""Seconds within which an attack must have prepared its data."""
RECOVERY = 60
"""Seconds after an attack within which the fleet must recover."""

COLUMNS = ["attack", "attacker sends", "attacker gets", "request p50/p95 ms", "status p50/p95 ms", "image p50/p95 s",
           "webhooks", "honest failures", "late", "heap MiB", "RSS MiB", "threads", "files", "disk MiB", "attacker CPU s",
           "recovered s", "verdict"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8090, help="port of the gateway; webhooks use PORT+2 to PORT+5")
    parser.add_argument("--data", help="the fleet's data folder")
    parser.add_argument("--only", nargs="+", choices=ATTACKS, default=list(ATTACKS), metavar="ATTACK")
    parser.add_argument("--alone", type=float, default=10, help="seconds that the honest caller runs alone before each attack")
    parser.add_argument("--seconds", type=float, default=15, help="duration of an attack; some attacks have a longer minimum")
    parser.add_argument("--list", action="store_true", help="list the attacks that would run, and exit")
    parser.add_argument("--disk", action="store_true", help="run only the attacks that fill the disk; by default, only the others")
    return parser.parse_args()


class Attacker:
    """Runs an attack in a separate process with low priority. When the constructor returns, the attack has started."""

    def __init__(self, name, port, seconds, hooks):
        self.pipe, end = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(target=self._run, args=(name, port, seconds, hooks, end))
        self.process.start()
        if self.pipe.poll(PREPARED):
            self.pipe.recv()

    @staticmethod
    def _run(name, port, seconds, hooks, pipe):
        os.nice(10)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        async def attack():
            wire = Wire("127.0.0.1", port, os.environ["ATTACKER_KEY"], seconds, hooks, lambda: pipe.send("begun"))
            try:
                await ATTACKS[name][0](wire)
            except Exception as e:  # the run must continue even if the gateway dies
                wire.seen[f"the attack failed: {type(e).__name__}: {e}"] += 1
            return wire.seen
        seen = asyncio.run(attack())
        pipe.send((seen, time.process_time()))

    def result(self, limit):
        while self.pipe.poll(limit):
            try:
                said = self.pipe.recv()
            except EOFError:
                break
            if said != "begun":
                return said
        self.process.kill()
        return {"the attack did not end": 1}, float("nan")


def served(honest, seconds, meanwhile=lambda: None):
    """Runs the honest caller for some seconds, and `meanwhile` at the same time.

    @return the Service that the honest caller measured, and the result of `meanwhile`"""
    service = []
    thread = threading.Thread(target=lambda: service.append(honest.serve(seconds)))
    thread.start()
    other = meanwhile()
    thread.join()
    return service[0], other


def run(name, options, honest, operator, probe, hooks):
    function, sends, least, _ = ATTACKS[name]
    length = max(options.seconds, least)
    alone, _ = served(honest, options.alone)
    before, processes, old_complaints = probe.figures(), probe.processes(), len(probe.complaints())
    attacker = Attacker(name, options.port, length, hooks)

    def attack():
        time.sleep(length * 2 / 3)
        during = probe.figures()
        return attacker.result(length + 60), during
    beside, ((seen, cpu), during) = served(honest, length + 2, attack)
    recovered = recovery(honest, operator, alone)
    after = probe.figures()
    died = [each for each, process in processes.items() if probe.processes().get(each) != process]

    broken = bounds.broken(alone, beside, before, after, died, probe.complaints()[old_complaints:])
    broken += [f"{count} times: {what.removeprefix('BROKEN: ')}" for what, count in seen.items() if "BROKEN" in str(what)]
    if recovered is None:
        broken.append(f"no recovery within {RECOVERY} s")
        restart_gateway(probe, operator)
    figures = [bounds.slashed(getattr(each, name) for each in (before, during, after)) for name in before._fields]
    return broken, [
        name, sends, bounds.counted(seen),
        f"{bounds.milliseconds(alone.request)} → {bounds.milliseconds(beside.request)}",
        f"{bounds.milliseconds(alone.status)} → {bounds.milliseconds(beside.status)}",
        f"{bounds.seconds(alone.image)} → {bounds.seconds(beside.image)}",
        "{}/{}".format(*beside.webhooks), bounds.in_words(beside.failures), str(len(beside.late)), *figures, f"{cpu:.1f}",
        "-" if recovered is None else f"{recovered:.0f}", "BROKEN: " + ", ".join(broken) if broken else "all limits kept"]


def recovery(honest, operator, alone):
    """@return seconds until the backlog was empty and the honest caller got an image nearly as fast as alone; None if this
    did not happen in time"""
    began = time.monotonic()
    usual = max(2.0, 3 * bounds.quantile(alone.image or [0], 0.95))
    while time.monotonic() - began < RECOVERY:
        if await_idle(operator, RECOVERY) is None:
            return None
        took = honest.serve(1).image
        if took and max(took) <= usual:
            return time.monotonic() - began
    return None


def restart_gateway(probe, operator):
    """Kills the gateway, so that the next attack starts in a clean state. The fleet restarts services that died."""
    process = probe.gateway()
    if process:
        os.kill(process, signal.SIGKILL)
    await_idle(operator, 90)


def main():
    options = arguments()
    chosen = [name for name in options.only if ATTACKS[name][3] == options.disk]
    if options.list:
        for name in chosen:
            print(f"{name:16}  {ATTACKS[name][1]}")
        return 0
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    # Each receiver has its own host, because a gateway limits the concurrent calls to each host.
    hooks = [(f"127.0.0.{k}", options.port + 1 + k) for k in range(1, 5)]
    receiver = Receiver(*hooks[0])
    honest = Honest("127.0.0.1", options.port, os.environ["HONEST_KEY"], "http://{}:{}/finished".format(*hooks[0]), receiver)
    operator = Honest("127.0.0.1", options.port, os.environ["OPERATOR_KEY"])
    probe = Probe(options.data)
    honest.serve(15)  # warm-up: the JVMs compile frequently used code
    any_broken = False
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|", flush=True)
    for name in chosen:
        broken, row = run(name, options, honest, operator, probe, hooks[1:])
        any_broken |= bool(broken)
        print("| " + " | ".join(row) + " |", flush=True)
    return 1 if any_broken else 0


if __name__ == "__main__":
    sys.exit(main())
