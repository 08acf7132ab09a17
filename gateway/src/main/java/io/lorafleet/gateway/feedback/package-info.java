// SPDX-License-Identifier: Apache-2.0
/** Feedback on images, and its withdrawal, for the trainer. */
@NullMarked
package io.lorafleet.gateway.feedback;

import org.jspecify.annotations.NullMarked;
