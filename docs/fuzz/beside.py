"""Runs a command while an honest caller generates images, and monitors the gateway. The exit code is 1 if the command failed
or a limit in bounds.py was exceeded.

    beside.py --port PORT --data FOLDER COMMAND...

The environment must contain HONEST_KEY (role generate) and OPERATOR_KEY (role operate)."""

import argparse
import os
import subprocess
import sys
import threading

import bounds
from honest import Honest, Receiver, await_idle
from probe import Probe

IDLE_WITHIN = 300
"""Seconds within which all generations of the command must be finished."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True, help="port of the gateway; the honest caller receives webhooks at PORT+2")
    parser.add_argument("--data", required=True, help="the fleet's data folder")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    receiver = Receiver("127.0.0.1", options.port + 2)
    hook = f"http://127.0.0.1:{options.port + 2}/finished"
    honest = Honest("127.0.0.1", options.port, os.environ["HONEST_KEY"], hook, receiver)
    operator = Honest("127.0.0.1", options.port, os.environ["OPERATOR_KEY"])
    probe = Probe(options.data)

    honest.serve(15)  # warm-up: the JVMs compile frequently used code
    alone = honest.serve(20)
    before, processes, old_complaints = probe.figures(), probe.processes(), len(probe.complaints())
    over = threading.Event()
    service = []
    thread = threading.Thread(target=lambda: service.append(honest.serve(3600, over.is_set)))
    thread.start()
    result = subprocess.run(options.command).returncode
    during = probe.figures()
    over.set()
    thread.join()
    idle = await_idle(operator, IDLE_WITHIN)
    after = probe.figures()

    beside = service[0]
    died = [name for name, process in processes.items() if probe.processes().get(name) != process]
    broken = bounds.broken(alone, beside, before, after, died, probe.complaints()[old_complaints:])
    if idle is None:
        broken.append(f"not idle {IDLE_WITHIN} s later")
    if result:
        broken.append("the command failed; its output is above")
    print(f"honest caller: {len(beside.request)} generation requests, failures: {bounds.in_words(beside.failures)},"
          f" late images: {len(beside.late)}, webhooks: {beside.webhooks[0]} of {beside.webhooks[1]}")
    print(f"  alone → during the command: request p50/p95"
          f" {bounds.milliseconds(alone.request)} → {bounds.milliseconds(beside.request)} ms,"
          f" status {bounds.milliseconds(alone.status)} → {bounds.milliseconds(beside.status)} ms,"
          f" image {bounds.seconds(alone.image)} → {bounds.seconds(beside.image)} s")
    print("gateway before/at the end of the command/when idle again: "
          + ", ".join(f"{name} {bounds.slashed(getattr(each, name) for each in (before, during, after))}"
                      for name in before._fields))
    print("BROKEN: " + ", ".join(broken) if broken else "all limits kept")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
