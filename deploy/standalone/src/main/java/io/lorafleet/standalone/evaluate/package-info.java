// SPDX-License-Identifier: Apache-2.0
/** What {@code fleet evaluate} writes: the figures of a student, and its images beside the teacher's. */
@NullMarked
package io.lorafleet.standalone.evaluate;

import org.jspecify.annotations.NullMarked;
