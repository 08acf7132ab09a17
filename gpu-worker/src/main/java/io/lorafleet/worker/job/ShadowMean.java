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

/** The mean of the shadow's errors over a request's images. */
final class ShadowMean {
    private final GenerateImage request;
    private final List<Shadow.Errors> errors = new ArrayList<>();

    ShadowMean(GenerateImage request) {
        this.request = request;
    }

    void add(FinishedImage finishedImage) {
        finishedImage.shadow().ifPresent(errors::add);
    }

    /** @return the measurement; null if there is no shadow or the mean is not finite */
    @Nullable
    ShadowMeasured measured() {
        double error =
                errors.stream().mapToDouble(Shadow.Errors::shadow).average().orElse(Double.NaN);
        double own = errors.stream().mapToDouble(Shadow.Errors::own).average().orElse(Double.NaN);
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
