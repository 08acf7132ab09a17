// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.record;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.standalone.history.Image;
import io.lorafleet.storage.Sha256;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of a result that the history keeps. */
public final class Ends {
    private Ends() {}

    /** @return the status that the gateways report */
    public static String outcome(GenerationFinished end) {
        return end.match(succeeded -> "succeeded", failed -> "failed", cancelled -> "cancelled", expired -> "expired");
    }

    /** @return reason for a failure, or null */
    public static @Nullable String reason(GenerationFinished end) {
        return end.<@Nullable String>match(
                succeeded -> null,
                failed -> failed.reason() + ": " + failed.detail(),
                cancelled -> null,
                expired -> null);
    }

    public static String content(GenerationFinished end) {
        return Sha256.of(Json.write(end));
    }

    public static List<Image> images(GenerationFinished end) {
        return end.match(
                succeeded -> succeeded.images().stream()
                        .map(image -> new Image(image.index(), image.blob(), image.sha256()))
                        .toList(),
                failed -> List.of(),
                cancelled -> List.of(),
                expired -> List.of());
    }
}
