// SPDX-License-Identifier: Apache-2.0
/** The teacher, and the students that learn from it. */
@NullMarked
package io.lorafleet.distillation.model;

import org.jspecify.annotations.NullMarked;
