// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.SHA;
import static io.lorafleet.trainer.Samples.student;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdapterBookTest {
    private final AdapterBook book = new AdapterBook();

    @BeforeEach
    void publish() {
        book.apply(student("fast", 1));
        book.apply(student("fast", 2));
    }

    @Test
    void newestVersionIsCurrentWithoutARoute() {
        assertThat(book.current("fast")).contains(student("fast", 2));
        assertThat(book.current("slow")).isEmpty();
    }

    @Test
    void stableVersionOfTheRouteIsCurrent() {
        book.apply(new AdapterRoute("fast", 1, null, new AdapterRoute.Share(2, 0.1), null, NOW));
        assertThat(book.current("fast")).contains(student("fast", 1));
        book.removeRoute("fast");
        assertThat(book.current("fast")).contains(student("fast", 2));
    }

    @Test
    void aRetiredVersionIsNotCurrentAndKeepsItsNumber() {
        book.apply(new AdapterVersion("fast", 2, SHA, 10, 4, null, AdapterVersion.Kind.STUDENT, 5.0, NOW, NOW));
        assertThat(book.current("fast")).contains(student("fast", 1));
        assertThat(book.lastNumber("fast")).isEqualTo(2);
        assertThat(book.find("fast", 2)).isPresent();
        assertThat(book.lastNumber("slow")).isZero();
    }
}
