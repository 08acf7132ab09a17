// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.adapter.AdapterRoute;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LaterFieldsTest {
    private static final String KNOWN = """
            {"name": "ink", "stable": 2, "previousStable": null, "canary": {"version": 3, "share": 0.5},
             "updatedAt": "2026-01-02T03:04:05.000Z", "revision": 4}""";
    private static final String LATER =
            KNOWN.replace("\"share\"", "\"sticky\": true, \"share\"").replaceFirst("}$", ", \"regions\": [\"eu\"]}");

    @Test
    void aMessageOfThisReleaseHasNone() {
        AdapterRoute route = read(KNOWN);
        LaterFields fields = LaterFields.of(KNOWN.getBytes(UTF_8), route);
        assertThat(fields).isEqualTo(LaterFields.NONE);
        assertThat(fields.write(route)).isEqualTo(Json.write(route));
    }

    @Test
    void areWrittenAgainWithTheChangedMessage() {
        AdapterRoute route = read(LATER);
        LaterFields fields = LaterFields.of(LATER.getBytes(UTF_8), route);
        byte[] written = fields.write(route.after(route));
        assertThat(read(new String(written, UTF_8)).revision()).isEqualTo(5);
        assertThat(new String(written, UTF_8)).contains("\"sticky\":true", "\"regions\":[\"eu\"]");
        assertThat(LaterFields.of(written, route.after(route))).isEqualTo(fields);
    }

    @Test
    void anObjectThatTheMessageNoLongerHasIsNotWritten() {
        LaterFields fields = LaterFields.of(LATER.getBytes(UTF_8), read(LATER));
        AdapterRoute withoutCanary = new AdapterRoute("ink", 2, null, null, null, Instant.EPOCH);
        assertThat(read(new String(fields.write(withoutCanary), UTF_8)).canary())
                .isNull();
    }

    @Test
    void theTextShowsNoValues() {
        assertThat(LaterFields.of(LATER.getBytes(UTF_8), read(LATER))).hasToString("canary, regions");
    }

    private static AdapterRoute read(String json) {
        return Json.read(json.getBytes(UTF_8), AdapterRoute.class);
    }
}
