// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Embedding;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.registry.Adapter;
import io.lorafleet.standalone.cli.option.Table;
import io.lorafleet.standalone.cli.option.Words;
import io.lorafleet.standalone.client.AdapterInfo;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The table of {@code fleet adapter list}: a row for each version. */
final class AdapterTable {
    /** A version of an adapter. @param use what requests use the version for; empty if they do not use it */
    record Row(AdapterVersion version, String use) {
        String reference() {
            return version.name() + "@" + version.version();
        }
    }

    private AdapterTable() {}

    static List<Row> rows(AdapterInfo adapter) {
        return adapter.versions().stream()
                .map(version -> new Row(version, use(version, adapter)))
                .toList();
    }

    static Table<Row> of(Instant now) {
        return new Table<Row>()
                .column("NAME", row -> row.version().name())
                .column("VERSION", row -> Integer.toString(row.version().version()))
                .column("KIND", AdapterTable::kind)
                .column(
                        "RANK",
                        row -> row.version().embedding() == null
                                ? Integer.toString(row.version().rank())
                                : "")
                .column("SIZE", row -> Words.bytes(row.version().sizeBytes()))
                .column("AGE", row -> Words.age(row.version().createdAt(), now))
                .column("USE", Row::use)
                .wideColumn("PARENT", AdapterTable::parent)
                .wideColumn("LEARNED", row -> figures(row, true))
                .wideColumn("ADHERENCE", row -> figures(row, false))
                .wideColumn("TEXT-ENCODER", row -> lowerCase(row.version().textEncoder()))
                .wideColumn(
                        "PRESCRIBES",
                        row -> row.version().samplingDefaults() == null
                                ? ""
                                : row.version().samplingDefaults().text())
                .wideColumn("SHA256", row -> row.version().sha256());
    }

    /** An embedding can only be used with its trigger word, so the table always shows the word. */
    private static String kind(Row row) {
        Embedding embedding = row.version().embedding();
        return embedding == null ? lowerCase(row.version().kind()) : "embedding " + embedding.triggerWord();
    }

    private static String use(AdapterVersion version, AdapterInfo adapter) {
        int number = version.version();
        AdapterRoute route = adapter.route();
        if (version.retiredAt() != null) {
            return "retired";
        }
        if (route == null) {
            boolean isNewest = new Adapter(adapter.name(), null, adapter.versions())
                    .newest()
                    .filter(newest -> newest.version() == number)
                    .isPresent();
            return isNewest ? "newest" : "";
        }
        if (number == route.stable()) {
            return "stable";
        }
        String canary = share("canary", route.canary(), number);
        return canary.isEmpty() ? share("shadow", route.shadow(), number) : canary;
    }

    private static String share(String use, AdapterRoute.@Nullable Share share, int version) {
        return share == null || share.version() != version ? "" : use + " " + share.share();
    }

    private static String lowerCase(@Nullable Enum<?> value) {
        return value == null ? "" : value.name().toLowerCase(Locale.ROOT);
    }

    private static String parent(Row row) {
        return row.version().lineage() == null
                ? ""
                : row.version().lineage().parent() + " ("
                        + row.version().lineage().samples() + " samples)";
    }

    /** @return the figure of the version and, in brackets, that of its parent; empty if it was not measured */
    private static String figures(Row row, boolean learned) {
        Figures figures = row.version().figures();
        Double own = figures == null ? null : learned ? (Double) figures.learned() : figures.adherence();
        Double parent = figures == null ? null : learned ? (Double) figures.parentLearned() : figures.parentAdherence();
        return own == null ? "" : String.format(Locale.ROOT, "%.3f (%.3f)", own, parent);
    }
}
