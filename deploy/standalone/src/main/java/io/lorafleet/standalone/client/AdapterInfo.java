// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.registry.Adapter;
import io.lorafleet.standalone.FleetException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An adapter in a gateway response.
 *
 * @param route the route; null if requests use the newest version
 */
public record AdapterInfo(String name, @Nullable AdapterRoute route, List<AdapterVersion> versions) {

    /**
     * @param number version number, or null for the version that requests use
     * @throws FleetException if the version does not exist
     */
    public AdapterVersion version(@Nullable Integer number) {
        Adapter adapter = new Adapter(name, route, versions);
        return (number == null ? adapter.current() : adapter.version(number))
                .orElseThrow(() -> new FleetException(
                        number == null
                                ? "adapter " + name + " has no active version"
                                : "adapter version not found: " + name + "@" + number));
    }

    /** @return the route, then a line for each version */
    public String text() {
        StringBuilder text = new StringBuilder(name);
        text.append(": ").append(use());
        for (AdapterVersion version : versions) {
            text.append(String.format(
                    "%n  %-30s %-8s rank %-4d %10d bytes  %s%s%s",
                    version.pinned(),
                    version.kind(),
                    version.rank(),
                    version.sizeBytes(),
                    version.createdAt(),
                    version.textEncoder() == AdapterVersion.TextEncoder.IGNORED ? "  UNet only" : "",
                    version.retiredAt() == null ? "" : "  retired"));
            text.append(lineage(version));
        }
        return text.toString();
    }

    /** @return a line with the lineage and figures of a trained version; empty for an uploaded version */
    private static String lineage(AdapterVersion version) {
        if (version.lineage() == null) {
            return "";
        }
        String from = String.format(
                "%n    trained from version %d with %d samples",
                version.lineage().parent(), version.lineage().samples());
        Figures figures = version.figures();
        if (figures == null) {
            return from;
        }
        String learned =
                String.format(Locale.ROOT, "; learned %.3f, parent %.3f", figures.learned(), figures.parentLearned());
        return figures.adherence() == null
                ? from + learned
                : from
                        + learned
                        + String.format(
                                Locale.ROOT,
                                "; adherence %.3f, parent %.3f",
                                figures.adherence(),
                                figures.parentAdherence());
    }

    private String use() {
        if (versions.stream().allMatch(version -> version.retiredAt() != null)) {
            return "retired";
        }
        return route == null ? "no route; requests use the newest version" : text(route);
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
