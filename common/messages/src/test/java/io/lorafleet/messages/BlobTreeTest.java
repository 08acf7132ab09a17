// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.BlobTree.Writer;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlobTreeTest {
    private static final String SHA256 = "0".repeat(64);

    @Test
    void definesTheWritersOfEachSubtree() {
        Map<String, Set<Writer>> writers = Map.of(
                BlobKeys.initImage(SHA256), Set.of(Writer.GATEWAY),
                BlobKeys.request("g1"), Set.of(Writer.GATEWAY),
                BlobKeys.adapter(SHA256), Set.of(Writer.GATEWAY, Writer.TRAINER),
                BlobKeys.adapterNumber("ink", 1), Set.of(Writer.GATEWAY, Writer.TRAINER),
                BlobKeys.image("g1", 0), Set.of(Writer.WORKER),
                BlobKeys.manifest("g1"), Set.of(Writer.WORKER),
                BlobKeys.attempt("g1", 1), Set.of(Writer.WORKER),
                BlobKeys.sharedAttempt("g1"), Set.of(Writer.WORKER),
                BlobKeys.consumedFeedback("ink"), Set.of(Writer.TRAINER),
                BlobKeys.checkpoint("ink", "run", 1), Set.of(Writer.TRAINER));

        writers.forEach(
                (key, expected) -> assertThat(tree(key).writers()).as(key).isEqualTo(expected));
    }

    private static BlobTree tree(String key) {
        return Arrays.stream(BlobTree.values())
                .filter(tree -> key.startsWith(tree.prefix()))
                .findFirst()
                .orElseThrow();
    }
}
