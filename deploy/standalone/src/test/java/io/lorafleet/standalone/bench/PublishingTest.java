// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.standalone.FleetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PublishingTest {
    @Test
    void isSpreadEvenlyOverTheRequestsWithSomeBehindTheLast() throws Exception {
        List<Integer> publishedAfter = new ArrayList<>();
        int before = 0;
        try (Publishing publishing = new Publishing(4, 100, number -> {})) {
            for (int sent = 1; sent <= 100; sent++) {
                publishing.sent(sent);
                if (publishing.published() > before) {
                    publishedAfter.add(sent);
                    before++;
                }
            }
        }

        assertThat(publishedAfter).containsExactly(20, 40, 60, 80);
    }

    @Test
    void publishesAllInOrderThoughThereAreFewerRequests() throws Exception {
        List<Integer> numbers = new CopyOnWriteArrayList<>();
        try (Publishing publishing = new Publishing(5, 2, numbers::add)) {
            publishing.sent(1);
            publishing.sent(2);

            assertThat(publishing.published()).isEqualTo(5);
        }
        assertThat(numbers).isEqualTo(IntStream.range(0, 5).boxed().toList());
    }

    @Test
    void saysWhyAVersionWasNotPublished() throws Exception {
        try (Publishing publishing = new Publishing(1, 1, number -> {
            throw new FleetException("no room");
        })) {
            publishing.sent(1);

            assertThatThrownBy(publishing::published)
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining("no room");
        }
    }
}
