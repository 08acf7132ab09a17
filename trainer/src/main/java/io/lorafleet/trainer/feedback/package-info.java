// SPDX-License-Identifier: Apache-2.0
/** Feedback of each adapter: pending until a run consumes it, then archived. */
@NullMarked
package io.lorafleet.trainer.feedback;

import org.jspecify.annotations.NullMarked;
