// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Stores the images of requests as a gateway does. */
public final class RequestImage {
    private RequestImage() {}

    /** @return SHA-256 of the stored PNG file */
    public static String store(BufferedImage image, BlobStore blobs) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        String sha256 = Sha256.of(png.toByteArray());
        blobs.putIfAbsent(BlobKeys.initImage(sha256), png.toByteArray());
        return sha256;
    }
}
