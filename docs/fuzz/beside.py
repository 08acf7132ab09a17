"""Runs a command beside an honest caller, and watches the gateway meanwhile. Ends with 1 if the command failed or one of
bounds.py's bounds was broken.

    beside.py --port PORT --data FOLDER COMMAND...

HONEST_KEY (role generate) and OPERATOR_KEY (operate) are in the environment."""

import argparse
import os
import subprocess
import sys
import threading

import bounds
from honest import Honest, Receiver, await_idle
from probe import Probe

IDLE_WITHIN = 300
"""Seconds until what the command ordered must be drawn."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True, help="of the gateway; the honest caller's webhooks come to PORT+2")
    parser.add_argument("--data", required=True, help="the fleet's data folder")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    receiver = Receiver("127.0.0.1", options.port + 2)
    hook = f"http://127.0.0.1:{options.port + 2}/finished"
    honest = Honest("127.0.0.1", options.port, os.environ["HONEST_KEY"], hook, receiver)
    operator = Honest("127.0.0.1", options.port, os.environ["OPERATOR_KEY"])
    probe = Probe(options.data)

    honest.serve(15)  # compiles what is used often
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
        broken.append("the requests found a fault, see above")
    print(f"honest caller: {len(beside.order)} orders, failures: {bounds.in_words(beside.failures)},"
          f" images late: {len(beside.late)}, webhooks: {beside.webhooks[0]} of {beside.webhooks[1]}")
    print(f"  alone → beside: order p50/p95 {bounds.milliseconds(alone.order)} → {bounds.milliseconds(beside.order)} ms,"
          f" status {bounds.milliseconds(alone.status)} → {bounds.milliseconds(beside.status)} ms,"
          f" image {bounds.seconds(alone.image)} → {bounds.seconds(beside.image)} s")
    print("gateway before/at the end/when idle: "
          + ", ".join(f"{name} {bounds.slashed(getattr(each, name) for each in (before, during, after))}"
                      for name in before._fields))
    print("BROKEN: " + ", ".join(broken) if broken else "holds")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
