// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.Shadow;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.ShadowMeasured;
import io.lorafleet.messages.generation.ShadowStudent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found of a request's shadow, over its images. */
final class ShadowMean {
    private final GenerateImage request;
    private final List<Shadow.Errors> found = new ArrayList<>();

    ShadowMean(GenerateImage request) {
        this.request = request;
    }

    void take(FinishedImage finishedImage) {
        finishedImage.shadow().ifPresent(found::add);
    }

    /** @return null if it went without a shadow, or if what was found is no number */
    @Nullable
    ShadowMeasured measured() {
        double error =
                found.stream().mapToDouble(Shadow.Errors::shadow).average().orElse(Double.NaN);
        double own = found.stream().mapToDouble(Shadow.Errors::own).average().orElse(Double.NaN);
        ShadowStudent shadow = request.shadow();
        if (shadow == null || !Double.isFinite(error)) {
            return null;
        }
        PinnedAdapter student = shadow.student().adapter();
        return request.adapters().size() == 1 && Double.isFinite(own)
                ? new ShadowMeasured(student, error, request.adapters().get(0).adapter(), own)
                : new ShadowMeasured(student, error, null, null);
    }
}
