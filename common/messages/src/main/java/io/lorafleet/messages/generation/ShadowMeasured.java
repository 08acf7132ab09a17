// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.PinnedAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The error of a request's {@link ShadowStudent} against the guided teacher: the squared distance between the outputs,
 * divided by the squared effect of guidance, averaged over all steps of all images. A student identical to the teacher
 * has an error of 0; the base without guidance has an error of 1.
 *
 * @param student shadow student
 * @param error error of the shadow student
 * @param drawnWith student that generated the images; null if no student did
 * @param drawnError error of {@code drawnWith} on the same latents; null if no student generated the images
 */
public record ShadowMeasured(
        PinnedAdapter student,
        double error,
        @Nullable PinnedAdapter drawnWith,
        @Nullable Double drawnError) {
    public ShadowMeasured {
        Check.present("shadow.student", student);
        Check.range("shadow.error", 0, Double.MAX_VALUE, error);
        if (drawnWith != null) {
            Check.range("shadow.drawnError", 0, Double.MAX_VALUE, Check.present("shadow.drawnError", drawnError));
        }
    }
}
