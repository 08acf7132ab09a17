// SPDX-License-Identifier: Apache-2.0
/** Each adapter's feedback: pending until a run consumes it, then archived. */
@NullMarked
package io.lorafleet.trainer.feedback;

import org.jspecify.annotations.NullMarked;
