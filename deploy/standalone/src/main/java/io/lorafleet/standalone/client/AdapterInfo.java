// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.AdapterRoute;
import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.Figures;
import io.lorafleet.standalone.FleetException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the gateway says of an adapter. @param route null if requests get the newest version */
public record AdapterInfo(String name, @Nullable AdapterRoute route, List<AdapterVersion> versions) {

    /**
     * @param number or null for the version that requests get
     * @throws FleetException if there is no such version
     */
    public AdapterVersion version(@Nullable Integer number) {
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
    public String text() {
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
            text.append(made(version));
        }
        return text.toString();
    }

    /** @return a line on what the trainer made it from, and how good it found it; nothing for one that was uploaded */
    private static String made(AdapterVersion version) {
        if (version.lineage() == null) {
            return "";
        }
        String from = String.format(
                "%n    made from version %d and %d samples",
                version.lineage().parent(), version.lineage().samples());
        Figures figures = version.figures();
        if (figures == null) {
            return from;
        }
        String learned = String.format(
                Locale.ROOT, "; learned %.3f, its parent %.3f", figures.learned(), figures.parentLearned());
        return figures.adherence() == null
                ? from + learned
                : from
                        + learned
                        + String.format(
                                Locale.ROOT,
                                "; adherence %.3f, its parent %.3f",
                                figures.adherence(),
                                figures.parentAdherence());
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

    private static String text(String use, AdapterRoute.@Nullable Share share) {
        return share == null ? "" : ", " + use + " " + share.version() + " (share " + share.share() + ")";
    }
}
