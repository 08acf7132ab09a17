// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.load;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.ScaledAdapter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of the requests. All of them are for small images; some have an adapter, several images, batch priority or
 * a deadline.
 *
 * @param steps largest number of steps
 * @param adapters names of the adapters that the run publishes, at most three; each is in a third of the requests
 */
public record Orders(List<String> prompts, int steps, List<String> adapters) {
    private static final int SIZE = 64;
    private static final int MANY = 8;
    /** Long enough that no request expires. */
    private static final Duration DEADLINE = Duration.ofMinutes(40);

    public byte[] next(Random random) {
        int chosen = random.nextInt(3);
        return chosen < adapters.size() ? with(adapters.get(chosen), random) : body(null, random);
    }

    public byte[] with(String adapter, Random random) {
        return body(List.of(new ScaledAdapter(adapter, null)), random);
    }

    /** @return a request with many images and steps, which takes a while */
    public byte[] longest(Random random) {
        return body(null, null, steps, MANY, random);
    }

    /** @return a request with an init image of random colours */
    public byte[] withInitImage(Random random) throws IOException {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < SIZE; x++) {
            for (int y = 0; y < SIZE; y++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return body(Base64.getEncoder().encodeToString(png.toByteArray()), null, steps, 1, random);
    }

    private byte[] body(@Nullable List<ScaledAdapter> adapters, Random random) {
        return body(null, adapters, 2 + random.nextInt(steps - 1), 1 + random.nextInt(2), random);
    }

    private byte[] body(
            @Nullable String initImage,
            @Nullable List<ScaledAdapter> adapters,
            int stepsOfEach,
            int count,
            Random random) {
        return Json.write(NewGeneration.of(prompts.get(random.nextInt(prompts.size())))
                .negativePrompt("")
                .initImage(initImage)
                .adapters(adapters)
                .guidanceScale(5.0)
                .steps(stepsOfEach)
                .sampler(SamplerName.DDIM)
                .size(SIZE, SIZE)
                .seed((long) random.nextInt(Integer.MAX_VALUE))
                .count(count)
                .priority(random.nextInt(4) == 0 ? Priority.BATCH : Priority.INTERACTIVE)
                .deadline(random.nextInt(4) == 0 ? Instant.now().plus(DEADLINE) : null)
                .build());
    }
}
