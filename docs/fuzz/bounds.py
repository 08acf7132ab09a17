"""What an honest caller and the operator may expect beside whatever others do, and how figures are shown."""

from honest import PATIENCE, quantile

SLOWER = 10
SLOWEST = 2.0
"""The p95 of an order, and of asking for its status, may be SLOWER times what it is alone, or this many seconds."""
HEAP_SLACK = 32
"""The heap after it all may be twice what it was, and these MiB."""
MORE_THREADS = 250
MORE_FILES = 100
"""Threads and open files may be so many more: a pool that has grown stays for a while."""


def broken(alone, beside, before, after, died, complaints):
    """@return in words which bounds do not hold; none is good. died: names of processes. complaints: lines of the log"""
    found = []
    if beside.failures:
        found.append("honest failures")
    for name in ("order", "status"):
        usual, now = (quantile(getattr(service, name) or [PATIENCE], 0.95) for service in (alone, beside))
        if now > max(SLOWER * usual, SLOWEST):
            found.append(f"{name} slow")
    if beside.late:
        found.append("images late")
    if beside.webhooks[0] < beside.webhooks[1]:
        found.append("webhooks missing")
    if after.heap_mib is None:
        found.append("no answer to jcmd")
    elif before.heap_mib and after.heap_mib > 2 * before.heap_mib + HEAP_SLACK:
        found.append("heap kept")
    if before.threads and after.threads and after.threads > before.threads + MORE_THREADS:
        found.append("threads kept")
    if before.files and after.files and after.files > before.files + MORE_FILES:
        found.append("files kept open")
    if died:
        found.append("died: " + ", ".join(died))
    if complaints:
        found.append(f"{len(complaints)} errors in the gateway's log, such as: {complaints[0][:200]}")
    return found


def milliseconds(values):
    return "-" if not values else f"{quantile(values, 0.5) * 1000:.0f}/{quantile(values, 0.95) * 1000:.0f}"


def seconds(values):
    return "-" if not values else f"{quantile(values, 0.5):.1f}/{quantile(values, 0.95):.1f}"


def counted(counts):
    return ", ".join(f"{key}: {count:.0f}" for key, count in sorted(counts.items(), key=lambda each: str(each[0]))) or "nothing"


def in_words(failures):
    kinds = {failure: failures.count(failure) for failure in failures}
    return "0" if not kinds else f"{len(failures)} ({counted(kinds)})"


def slashed(values):
    return "/".join("-" if value is None else str(value) for value in values)
