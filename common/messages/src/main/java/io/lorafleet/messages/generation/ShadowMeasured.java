// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.PinnedAdapter;
import org.jspecify.annotations.Nullable;

/**
 * How near a request's {@link ShadowStudent} came to the guided teacher: the mean over all steps of all its images of the
 * squared distance, in parts of what guidance makes out. 0 is the teacher, 1 as far off as the base without guidance.
 *
 * @param error of the shadow
 * @param drawnWith the student that drew the images, measured at the same points; null if no student did
 * @param drawnError of that one; null if no student drew
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
