// SPDX-License-Identifier: Apache-2.0
/** What people say of images: which of it a student can learn from, and the log that the trainer reads. */
@NullMarked
package io.lorafleet.gateway.feedback;

import org.jspecify.annotations.NullMarked;
