// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;

/**
 * What an image is like on its way: small, and rough.
 *
 * @param image which image of the request
 * @param jpeg a JPEG file in base64, of at most {@value #MAX_LENGTH} characters
 */
public record Preview(int image, String jpeg) {
    public static final int MAX_LENGTH = 100_000;

    public Preview {
        Check.range("image", 0, GenerateImage.MAX_COUNT - 1, image);
        Check.atMost("jpeg", MAX_LENGTH, jpeg);
    }
}
