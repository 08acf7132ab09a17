// SPDX-License-Identifier: Apache-2.0
/** Measures the quality and the speed of a student against its teacher. */
@NullMarked
package io.lorafleet.distillation.eval;

import org.jspecify.annotations.NullMarked;
