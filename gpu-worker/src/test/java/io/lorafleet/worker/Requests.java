package io.lorafleet.worker;

import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.InitImage;
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

    /** @return one over an image, with a share of 5 steps */
    public static GenerateImage star(InitImage image, SamplerName sampler, int width, int height) {
        return new GenerateImage(
                UUID.randomUUID().toString(),
                "a large red star",
                "",
                image,
                null,
                1,
                5,
                5,
                sampler,
                width,
                height,
                7,
                1,
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    public static GenerateImage star(PinnedAdapter adapter, int width, int steps, int count) {
        return new GenerateImage(
                UUID.randomUUID().toString(),
                "a large red star – gr\u00FC\u00DFe",
                "blue",
                null,
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
