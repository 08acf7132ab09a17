// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.http.GenerationView;
import io.lorafleet.gateway.http.ImageFormat;
import io.lorafleet.gateway.http.ImageResource;
import io.lorafleet.gateway.http.StoredImages;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Base64;
import java.util.Objects;

/** Converts finished generations to OpenAI's responses. */
@Singleton
final class OpenAiResults {
    private final StoredImages images;

    OpenAiResults(StoredImages images) {
        this.images = images;
    }

    /** @param base base URL of the gateway */
    OpenAiImages of(Generation generation, OpenAiDelivery delivery, URI base) {
        GenerationSucceeded succeeded = succeeded(generation);
        return new OpenAiImages(
                succeeded.at().getEpochSecond(),
                succeeded.images().stream()
                        .map(image -> delivery.base64()
                                ? new OpenAiImages.Image(base64(image, delivery), null)
                                : new OpenAiImages.Image(null, url(base, generation.id(), image, delivery)))
                        .toList());
    }

    /** @throws ProblemException if the generation did not succeed */
    static GenerationSucceeded succeeded(Generation generation) {
        return Objects.requireNonNull(generation.finished(), "the generation is not finished")
                .match(
                        succeeded -> succeeded,
                        failed -> {
                            throw new ProblemException(ProblemType.GENERATION_FAILED, failed.detail());
                        },
                        cancelled -> {
                            throw new ProblemException(
                                    ProblemType.CANCELLED, "generation " + generation.id() + " was cancelled");
                        },
                        expired -> {
                            throw new ProblemException(
                                    ProblemType.EXPIRED, "generation " + generation.id() + " expired at its deadline");
                        });
    }

    private static String url(URI base, String id, GeneratedImage image, OpenAiDelivery delivery) {
        String path = GenerationView.path(id, image.index());
        ImageFormat format = delivery.format();
        return base.resolve(format == ImageFormat.PNG ? path : path + ImageResource.query(format, delivery.quality()))
                .toString();
    }

    String base64(GeneratedImage image, OpenAiDelivery delivery) {
        try {
            byte[] png = images.png(image).orElseThrow(() -> new IOException("blob " + image.blob() + " is missing"));
            return Base64.getEncoder().encodeToString(delivery.format().convert(png, delivery.quality()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
