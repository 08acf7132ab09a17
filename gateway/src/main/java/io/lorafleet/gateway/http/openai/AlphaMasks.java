// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.images.BadImageException;
import io.lorafleet.images.CheckedImage;
import jakarta.inject.Singleton;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Converts OpenAI's masks, in which the fully transparent pixels are repainted, to masks in which the white pixels are
 * repainted. Concurrency is limited, as for the decoding of init images.
 */
@Singleton
final class AlphaMasks {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Semaphore places = new Semaphore(Runtime.getRuntime().availableProcessors(), true);
    private final int maxPixels;

    AlphaMasks(GatewayConfig config) {
        this.maxPixels = config.limits().maxInitImagePixels();
    }

    /**
     * @param field name of the field, for errors
     * @param file PNG or JPEG file
     * @return a PNG file that is white where the file is fully transparent, and otherwise black; empty if no pixel is
     *     fully transparent
     * @throws ProblemException if the file is not a usable image, or if too many files are being converted
     */
    Optional<byte[]> of(String field, byte[] file) {
        try {
            if (!places.tryAcquire(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
        try {
            return convert(CheckedImage.of(file, maxPixels).decode());
        } catch (BadImageException e) {
            throw new ProblemException(Problem.invalid(field, e.expected(), e.found()));
        } finally {
            places.release();
        }
    }

    private static ProblemException busy() {
        return new ProblemException(
                Problem.of(ProblemType.BUSY, "mask: too many images are being decoded; try again"), TIMEOUT);
    }

    private static Optional<byte[]> convert(BufferedImage image) {
        if (!image.getColorModel().hasAlpha()) {
            return Optional.empty();
        }
        BufferedImage mask = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_BINARY);
        boolean any = false;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                boolean transparent = image.getRGB(x, y) >>> 24 == 0;
                mask.getRaster().setSample(x, y, 0, transparent ? 1 : 0);
                any |= transparent;
            }
        }
        return any ? Optional.of(png(mask)) : Optional.empty();
    }

    private static byte[] png(BufferedImage mask) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        // ImageIO.createImageOutputStream would write a temporary file.
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
            ImageIO.write(mask, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }
}
