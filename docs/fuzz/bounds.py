"""The limits that must hold for an honest caller and for the gateway during an attack, and the format of the figures."""

from honest import TIMEOUT, quantile

SLOWER = 10
SLOWEST = 2.0
"""The p95 of a generation request and of a status request may be SLOWER times the value alone, or SLOWEST seconds."""
HEAP_SLACK = 32
"""The heap after the attack may be twice the heap before, plus these MiB."""
MORE_THREADS = 250
MORE_FILES = 100
"""The numbers of threads and open files may grow by these values, because a pool keeps its size for a while."""


def broken(alone, beside, before, after, died, complaints):
    """@return descriptions of the exceeded limits, empty if all hold. died: names of dead processes. complaints: log lines"""
    found = []
    if beside.failures:
        found.append("honest failures")
    for name in ("request", "status"):
        usual, now = (quantile(getattr(service, name) or [TIMEOUT], 0.95) for service in (alone, beside))
        if now > max(SLOWER * usual, SLOWEST):
            found.append(f"{name} latency")
    if beside.late:
        found.append("late images")
    if beside.webhooks[0] < beside.webhooks[1]:
        found.append("missing webhooks")
    if after.heap_mib is None:
        found.append("no response to jcmd")
    elif before.heap_mib and after.heap_mib > 2 * before.heap_mib + HEAP_SLACK:
        found.append("heap not released")
    if before.threads and after.threads and after.threads > before.threads + MORE_THREADS:
        found.append("threads not released")
    if before.files and after.files and after.files > before.files + MORE_FILES:
        found.append("files not closed")
    if died:
        found.append("dead processes: " + ", ".join(died))
    if complaints:
        found.append(f"{len(complaints)} errors in the gateway's log, for example: {complaints[0][:200]}")
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
