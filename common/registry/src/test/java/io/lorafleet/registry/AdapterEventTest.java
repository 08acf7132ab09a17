// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import static io.lorafleet.registry.Samples.retired;
import static io.lorafleet.registry.Samples.route;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterEventTest {
    @Test
    void readsTheVersionThatItWrites() {
        AdapterEvent event = AdapterEvent.of(retired("ink", 3));
        assertThat(event.adapter()).isEqualTo("ink");
        assertThat(event.key()).isEqualTo("ink@3");
        assertThat(AdapterEvent.read(record(event.key(), event.value(), event.headers())))
                .isEqualTo(event);
    }

    @Test
    void readsTheRouteThatItWrites() {
        AdapterEvent event = AdapterEvent.of(route("ink", 2, new Share(3, 0.1), null));
        assertThat(event.adapter()).isEqualTo("ink");
        assertThat(event.key()).isEqualTo("ink");
        assertThat(AdapterEvent.read(record(event.key(), event.value(), event.headers())))
                .isEqualTo(event);
    }

    @Test
    void removesARouteWithATombstone() {
        AdapterEvent event = new AdapterEvent.RouteRemoved("ink", 3);
        assertThat(event.key()).isEqualTo("ink");
        assertThat(event.value()).isNull();
        assertThat(AdapterEvent.read(record("ink", null, event.headers()))).isEqualTo(event);
    }

    @Test
    void aRemovalOfAnOlderReleaseHasNoRevision() {
        AdapterEvent event = new AdapterEvent.RouteRemoved("ink", null);
        assertThat(event.headers().lastHeader(AdapterEvent.REVISION_HEADER)).isNull();
        assertThat(AdapterEvent.read(record("ink", null, event.headers()))).isEqualTo(event);
    }

    @Test
    void rejectsAMalformedRevision() {
        Headers headers = new RecordHeaders().add(AdapterEvent.REVISION_HEADER, "x".getBytes(UTF_8));
        assertThatThrownBy(() -> AdapterEvent.read(record("ink", null, headers)))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessage("revision: expected a number, found x");
    }

    private static ConsumerRecord<String, byte[]> record(String key, byte[] value, Headers headers) {
        return new ConsumerRecord<>(
                "adapters", 0, 0, 0, TimestampType.CREATE_TIME, 0, 0, key, value, headers, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none, {}, 'key: expected name or name@version, found none'",
                "ink@1, none, 'AdapterVersion: expected JSON, found no value'",
                "ink@1, secret, 'AdapterVersion: expected JSON, found malformed input'",
                "ink@1, null, 'AdapterVersion: expected an object, found null'",
                "ink, secret, 'AdapterRoute: expected JSON, found malformed input'",
                "ink, '{\"name\": \"ink\", \"stable\": 0}', 'AdapterRoute: stable: expected 1 to 2147483647, found 0'",
            })
    void rejectsAMalformedRecord(String key, String value, String reason) {
        byte[] bytes = value == null ? null : value.getBytes(UTF_8);
        assertThatThrownBy(() -> AdapterEvent.read(record(key, bytes, new RecordHeaders())))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessage(reason);
    }
}
