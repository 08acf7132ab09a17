// SPDX-License-Identifier: Apache-2.0
/** Measures a student's quality and speed against its teacher. */
@NullMarked
package io.lorafleet.distillation.eval;

import org.jspecify.annotations.NullMarked;
