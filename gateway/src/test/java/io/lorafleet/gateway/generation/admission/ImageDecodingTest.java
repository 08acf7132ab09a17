// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.Images;
import io.lorafleet.gateway.generation.Samples;
import io.lorafleet.images.BadImageException;
import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.generation.InitImage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageDecodingTest {
    private static final Duration TIMEOUT = Duration.ofMillis(10);

    @Test
    void isBusyWhenNoPlaceIsFreeInTime() throws BadImageException {
        assertThat(new ImageDecoding(0, TIMEOUT).refusal(image(), Samples.request("a"), 8))
                .contains(new Admission.Busy(TIMEOUT));
    }

    @Test
    void leavesItsPlaceToTheNext() throws BadImageException {
        ImageDecoding one = new ImageDecoding(1, TIMEOUT);
        assertThat(one.refusal(image(), Samples.request("a"), 8)).isEmpty();
        assertThat(one.refusal(image(), Samples.request("a"), 8)).isEmpty();
    }

    private static RequestImages image() throws BadImageException {
        CheckedImage image = CheckedImage.of(Images.file("png", 8, 8), 64);
        return new RequestImages(new InitImageFile(image, null, new InitImage(Samples.SHA, 0.5)), List.of());
    }
}
