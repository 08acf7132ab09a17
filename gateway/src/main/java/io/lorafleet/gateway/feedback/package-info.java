// SPDX-License-Identifier: Apache-2.0
/** Feedback on images and its withdrawal, which the trainer reads. */
@NullMarked
package io.lorafleet.gateway.feedback;

import org.jspecify.annotations.NullMarked;
