package io.lorafleet.worker;

import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.SamplerName;
import java.time.Instant;
import java.util.UUID;

/** Requests to the demo model, each with an id of its own. */
public final class Requests {
    private Requests() {}

    public static GenerateImage star() {
        return star(null, 64, 2, 1);
    }

    public static GenerateImage star(PinnedAdapter adapter, int width, int steps, int count) {
        return new GenerateImage(
                UUID.randomUUID().toString(),
                "a large red star – gr\u00FC\u00DFe",
                "blue",
                adapter,
                1,
                5,
                steps,
                SamplerName.DDIM,
                width,
                64,
                7,
                count,
                Instant.parse("2026-01-01T00:00:00Z"));
    }
}
