// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.client.ServerSentEvents.Event;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServerSentEventsTest {
    @Test
    void anEmptyLineCompletesAnEvent() {
        assertThat(read("event: step", "data: {\"step\":1}", "", "event:finished", "data:{}", ""))
                .containsExactly(new Event("step", "{\"step\":1}"), new Event("finished", "{}"));
    }

    @Test
    void joinsTheLinesOfOneEventsData() {
        assertThat(read("data: a", "data:  b", "")).containsExactly(new Event("message", "a\n b"));
    }

    @Test
    void passesOverCommentsAndFieldsWithoutUse() {
        assertThat(read(":still here", "", "id: 7", "retry: 10", "event: step", "data: 1", ""))
                .containsExactly(new Event("step", "1"));
    }

    @Test
    void dropsAnEventThatTheStreamBreaksOffIn() {
        assertThat(read("event: step", "data: 1")).isEmpty();
    }

    @Test
    void dropsAnEventWithoutDataAndItsName() {
        assertThat(read("event: step", "", "data: 1", "")).containsExactly(new Event("message", "1"));
    }

    private static List<Event> read(String... lines) {
        ServerSentEvents events = new ServerSentEvents();
        return List.of(lines).stream()
                .map(events::line)
                .flatMap(Optional::stream)
                .toList();
    }
}
