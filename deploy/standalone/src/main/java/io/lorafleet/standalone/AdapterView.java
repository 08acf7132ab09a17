package io.lorafleet.standalone;

import io.lorafleet.messages.AdapterRoute;
import io.lorafleet.messages.AdapterVersion;
import java.util.List;

/** What the gateway says of an adapter. @param route null if requests get the newest version */
record AdapterView(String name, AdapterRoute route, List<AdapterVersion> versions) {

    /**
     * @param number or null for the version that requests get
     * @throws FleetException if there is no such version
     */
    AdapterVersion version(Integer number) {
        return versions.stream()
                .filter(version -> number == null ? version.version() == used() : version.version() == number)
                .findFirst()
                .orElseThrow(() -> new FleetException(
                        "there is no adapter " + name + (number == null ? " that is not retired" : "@" + number)));
    }

    private int used() {
        return route != null
                ? route.stable()
                : versions.stream()
                        .filter(version -> version.retiredAt() == null)
                        .mapToInt(AdapterVersion::version)
                        .max()
                        .orElse(0);
    }

    /** @return lines for people: the route, if there is one, then a line for each version */
    String text() {
        StringBuilder text = new StringBuilder(name);
        text.append(": ").append(use());
        for (AdapterVersion version : versions) {
            text.append(String.format(
                    "%n  %-30s %-8s rank %-4d %10d bytes  %s%s",
                    version.pinned(),
                    version.kind(),
                    version.rank(),
                    version.sizeBytes(),
                    version.createdAt(),
                    version.retiredAt() == null ? "" : "  retired"));
        }
        return text.toString();
    }

    private String use() {
        if (versions.stream().allMatch(version -> version.retiredAt() != null)) {
            return "retired";
        }
        return route == null ? "no route, requests get the newest version" : text(route);
    }

    private static String text(AdapterRoute route) {
        return "stable " + route.stable()
                + (route.previousStable() == null ? "" : " (before: " + route.previousStable() + ")")
                + text("canary", route.canary())
                + text("shadow", route.shadow());
    }

    private static String text(String use, AdapterRoute.Share share) {
        return share == null ? "" : ", " + use + " " + share.version() + " (share " + share.share() + ")";
    }
}
