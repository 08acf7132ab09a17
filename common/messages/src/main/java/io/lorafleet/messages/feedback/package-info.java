// SPDX-License-Identifier: Apache-2.0
/** Feedback on generated images. */
@NullMarked
package io.lorafleet.messages.feedback;

import org.jspecify.annotations.NullMarked;
