// SPDX-License-Identifier: Apache-2.0
/** Implements {@code fleet evaluate}, which compares a student with its teacher. */
@NullMarked
package io.lorafleet.standalone.evaluate;

import org.jspecify.annotations.NullMarked;
