// SPDX-License-Identifier: Apache-2.0
/** Feedback on images, and its withdrawal. The trainer reads both. */
@NullMarked
package io.lorafleet.gateway.feedback;

import org.jspecify.annotations.NullMarked;
