// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.fleet;

import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.messages.worker.WorkerStatus.TextEncoderShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A base in the API, with what a client needs to know for a request.
 *
 * @param fingerprint fingerprint of the base; adapters made for the base have it as {@code baseFingerprint}
 * @param defaultSize default width and height of an image, in pixels
 * @param sizeMultiple number of which widths and heights must be multiples
 * @param maxPixels maximum width times height of an image
 * @param readySlots number of requests that the ready workers with this base can hold at the same time
 * @param textEncoders sizes of the text encoders; absent if the base's workers have a release that did not describe them
 * @param controlNets ControlNets that requests can use, ordered by name
 */
record BaseView(
        String name,
        String fingerprint,
        int defaultSize,
        int sizeMultiple,
        long maxPixels,
        SamplerName defaultSampler,
        int readySlots,
        @Nullable List<TextEncoderShape> textEncoders,
        List<PinnedControlNet> controlNets) {

    static BaseView of(BaseModel base, long maxPixels, int readySlots, List<PinnedControlNet> controlNets) {
        return new BaseView(
                base.name(),
                base.fingerprint(),
                base.defaultSize(),
                base.sizeMultiple(),
                maxPixels,
                base.defaultSampler(),
                readySlots,
                base.textEncoders(),
                controlNets);
    }
}
