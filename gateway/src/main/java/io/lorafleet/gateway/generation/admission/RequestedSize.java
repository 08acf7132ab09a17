// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.GatewayConfig.Limits;
import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import org.jspecify.annotations.Nullable;

/**
 * The size of a request's images, in pixels. By default, it is the size of the init image, or of the first condition
 * image, reduced to the largest allowed size if necessary. Without these, it is the base's default size.
 *
 * <p>The allowed size depends on the base's default size, because no worker can interrupt a UNet evaluation: while one
 * request's oversize image is in a step, all other requests wait.
 */
record RequestedSize(int width, int height) {
    /** @param image image from which the size is taken by default, or null */
    static RequestedSize of(
            GenerationRequest body, @Nullable CheckedImage image, BaseModel model, Limits limits, FieldChecks checks) {
        long most = maxPixels(model, limits);
        Integer width = body.width();
        Integer height = body.height();
        if (image != null) {
            boolean bothDefault = width == null && height == null;
            double scale = bothDefault ? Math.min(1, Math.sqrt((double) most / image.width() / image.height())) : 1;
            width = width == null ? Integer.valueOf(rounded(image.width() * scale, model)) : width;
            height = height == null ? Integer.valueOf(rounded(image.height() * scale, model)) : height;
        }
        RequestedSize size =
                new RequestedSize(side("width", width, model, checks), side("height", height, model, checks));
        long pixels = (long) size.width * size.height;
        if (pixels > most) {
            checks.refuse(
                    "width * height",
                    "at most " + most + " pixels with this model, whose default size is " + model.defaultSize() + " x "
                            + model.defaultSize(),
                    pixels);
        }
        return size;
    }

    /** @return the maximum number of pixels of an image of this base */
    static long maxPixels(BaseModel model, Limits limits) {
        long ofDefault = (long) model.defaultSize() * model.defaultSize();
        return Math.min(limits.maxPixels(), limits.maxSizeRatio() * ofDefault);
    }

    private static int rounded(double side, BaseModel model) {
        int whole = (int) side;
        return whole - whole % model.sizeMultiple();
    }

    private static int side(String field, @Nullable Integer value, BaseModel model, FieldChecks checks) {
        return checks.multiple(
                field,
                model.sizeMultiple(),
                GenerateImage.MIN_SIZE,
                GenerateImage.MAX_SIZE,
                value,
                model.defaultSize());
    }
}
