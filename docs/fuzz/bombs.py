"""Shows what an attack by one caller costs the others: an honest caller orders small images alone, then beside each
attack, and the gateway's process is watched. Prints a table; ends with 1 if one of bounds.py's bounds was broken.

    bombs.sh [bombs.py's options]       starts a fleet, attacks it, and stops it
    bombs.py --list [--disk]

Wants a fleet on this machine, the keys of three callers in the environment (HONEST_KEY: generate; ATTACKER_KEY: generate,
manage-adapters; OPERATOR_KEY: operate), and nothing but Python. Everything goes to 127.0.0.1.
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
"""Seconds in which an attack must have made what it sends."""
RECOVERY = 60
"""Seconds after an attack until everything must be as it was before."""

COLUMNS = ["attack", "what the attacker sends", "what he sees", "order p50/p95 ms", "status p50/p95 ms", "image p50/p95 s",
           "webhooks", "honest failures", "late", "heap MiB", "RSS MiB", "threads", "files", "disk MiB", "attacker CPU s",
           "recovered s", "verdict"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8090, help="of the gateway; the four after the next are for webhooks")
    parser.add_argument("--data", help="the fleet's data folder")
    parser.add_argument("--only", nargs="+", choices=ATTACKS, default=list(ATTACKS), metavar="ATTACK")
    parser.add_argument("--alone", type=float, default=10, help="seconds of the honest caller alone, before each attack")
    parser.add_argument("--seconds", type=float, default=15, help="of an attack; some need more, and have more")
    parser.add_argument("--list", action="store_true", help="shows those that would run, and ends")
    parser.add_argument("--disk", action="store_true", help="only those that fill the disk; without it, all others")
    return parser.parse_args()


class Attacker:
    """An attack in a process of its own, which gives way to all others. It has begun once this is made."""

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
            except Exception as e:  # a gateway that dies must not end the run
                wire.seen[f"the attack itself failed: {type(e).__name__}: {e}"] += 1
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
    """What service an honest caller gets in that time. @return it, and what `meanwhile` gives, which runs beside"""
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
        broken.append(f"not as before {RECOVERY} s later")
        restart_gateway(probe, operator)
    figures = [bounds.slashed(getattr(each, name) for each in (before, during, after)) for name in before._fields]
    return broken, [
        name, sends, bounds.counted(seen),
        f"{bounds.milliseconds(alone.order)} → {bounds.milliseconds(beside.order)}",
        f"{bounds.milliseconds(alone.status)} → {bounds.milliseconds(beside.status)}",
        f"{bounds.seconds(alone.image)} → {bounds.seconds(beside.image)}",
        "{}/{}".format(*beside.webhooks), bounds.in_words(beside.failures), str(len(beside.late)), *figures, f"{cpu:.1f}",
        "-" if recovered is None else f"{recovered:.0f}", "BROKEN: " + ", ".join(broken) if broken else "holds"]


def recovery(honest, operator, alone):
    """@return seconds until nothing waited any more, and the honest caller had an image nearly as soon as alone; None if
    that did not come"""
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
    """So that the next attack does not have this one's debris. The fleet starts a service again that died."""
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
    # A host for each, since a gateway may limit the calls to one.
    hooks = [(f"127.0.0.{k}", options.port + 1 + k) for k in range(1, 5)]
    receiver = Receiver(*hooks[0])
    honest = Honest("127.0.0.1", options.port, os.environ["HONEST_KEY"], "http://{}:{}/finished".format(*hooks[0]), receiver)
    operator = Honest("127.0.0.1", options.port, os.environ["OPERATOR_KEY"])
    probe = Probe(options.data)
    honest.serve(15)  # compiles what is used often
    any_broken = False
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|", flush=True)
    for name in chosen:
        broken, row = run(name, options, honest, operator, probe, hooks[1:])
        any_broken |= bool(broken)
        print("| " + " | ".join(row) + " |", flush=True)
    return 1 if any_broken else 0


if __name__ == "__main__":
    sys.exit(main())
