// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;

/**
 * A small, rough image of a latent, sent while the image is being generated.
 *
 * @param image index of the image in the request, starting at 0
 * @param jpeg JPEG file in base64, at most {@value #MAX_LENGTH} characters
 */
public record Preview(int image, String jpeg) {
    public static final int MAX_LENGTH = 100_000;

    public Preview {
        Check.range("image", 0, GenerateImage.MAX_COUNT - 1, image);
        Check.atMost("jpeg", MAX_LENGTH, jpeg);
    }
}
