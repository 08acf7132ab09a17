// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import java.time.Instant;

/** Messages for tests. */
public final class Samples {
    public static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    public static final String SHA = "ab".repeat(32);

    private Samples() {}

    public static FeedbackGiven feedback(String id, String adapter) {
        return feedback(id, adapter, "a red circle", -1);
    }

    public static FeedbackGiven feedback(String id, String adapter, String prompt, double rating) {
        return feedback(id, adapter, prompt, rating, NOW);
    }

    public static FeedbackGiven feedback(String id, String adapter, String prompt, double rating, Instant at) {
        return feedback(id, adapter, prompt, rating, null, at);
    }

    /** @param owner owner of the vote; null without authentication */
    public static FeedbackGiven feedback(
            String id, String adapter, String prompt, double rating, String owner, Instant at) {
        PinnedAdapter drawnWith = new PinnedAdapter(adapter, 1, SHA);
        return new FeedbackGiven(id, "request", drawnWith, prompt, "", 7, 64, 64, 20, rating, false, null, owner, at);
    }

    public static FeedbackWithdrawn withdrawn(String owner, String adapter) {
        return new FeedbackWithdrawn(adapter, owner, "operator", NOW);
    }

    public static AdapterVersion student(String name, int version) {
        return student(name, version, null);
    }

    /** @param base fingerprint of the student's base; null if unknown */
    public static AdapterVersion student(String name, int version, String base) {
        return new AdapterVersion(
                name,
                version,
                SHA,
                10,
                4,
                base,
                AdapterVersion.Kind.STUDENT,
                5.0,
                NOW,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    public static AdapterVersion style(String name) {
        return new AdapterVersion(name, 1, SHA, 10, 4, null, AdapterVersion.Kind.STYLE, null, NOW, null);
    }

    public static Lineage lineage(long from, long to) {
        return new Lineage(1, 0, from, to, 2, 42, "plan");
    }
}
