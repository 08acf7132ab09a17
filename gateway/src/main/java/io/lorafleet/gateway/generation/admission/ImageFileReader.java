// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.images.BadImageException;
import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.generation.GenerateImage;
import java.util.Base64;

/** Decodes base64 and checks the headers of image files, without decoding pixels. */
final class ImageFileReader {
    static final String EXPECTED = "a PNG or JPEG file in base64, or a base64 data: URL";

    private static final String DATA_URL = "data:";

    private final int maxBytes;
    private final long maxPixels;

    ImageFileReader(int maxBytes, long maxPixels) {
        this.maxBytes = maxBytes;
        this.maxPixels = maxPixels;
    }

    /**
     * @param text base64, or a base64 data: URL
     * @throws BadImageException if the image is unusable; the message does not quote the text
     */
    CheckedImage read(String text) throws BadImageException {
        byte[] content = decode(text.startsWith(DATA_URL) ? text.substring(text.indexOf(',') + 1) : text);
        if (content.length > maxBytes) {
            throw new BadImageException("a file of at most " + maxBytes + " bytes", content.length + " bytes");
        }
        CheckedImage image = CheckedImage.of(content, maxPixels);
        if (Math.min(image.width(), image.height()) < GenerateImage.MIN_SIZE) {
            throw new BadImageException(
                    "an image with sides of at least " + GenerateImage.MIN_SIZE + " pixels",
                    image.width() + " x " + image.height());
        }
        return image;
    }

    private static byte[] decode(String base64) throws BadImageException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new BadImageException(EXPECTED, base64.length() + " characters that are not base64");
        }
    }
}
