package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.GatewayConfig.Limits;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.InitImage;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The image that an order's pictures are to come from.
 *
 * @param content of the PNG or JPEG file, as the client sent it
 * @param width in pixels
 * @param height in pixels
 * @param reference what the request says of it
 */
public record InitImageFile(byte[] content, int width, int height, InitImage reference) {
    /** As in diffusers. */
    private static final double DEFAULT_STRENGTH = 0.8;

    /**
     * @param steps of the order
     * @param checks told of what cannot be accepted
     * @return null if the order has none, or none that can be accepted
     */
    static InitImageFile of(GenerationOrder order, int steps, Limits limits, FieldChecks checks) {
        if (order.initImage() == null) {
            if (order.strength() != null) {
                checks.refuse("strength", "none without initImage", order.strength());
            }
            return null;
        }
        double strength = checks.share("strength", order.strength(), DEFAULT_STRENGTH);
        if (InitImage.stepsMade(steps, strength) == 0) {
            checks.refuse("strength * steps", "at least 1", strength + " * " + steps);
        }
        try {
            ImageFileReader.ImageFile file = new ImageFileReader(limits).read(order.initImage());
            InitImage reference = new InitImage(Sha256.of(file.content()), strength);
            return new InitImageFile(file.content(), file.width(), file.height(), reference);
        } catch (ImageFileReader.UnreadableException e) {
            checks.refuse("initImage", e.expected(), e.found());
            return null;
        }
    }

    /** Named by its content, so the same image is stored once. */
    void storeIn(BlobStore blobs) {
        try {
            blobs.putIfAbsent(BlobKeys.initImage(reference.sha256()), content);
        } catch (IOException e) {
            throw new UncheckedIOException("the init image cannot be stored", e);
        }
    }
}
