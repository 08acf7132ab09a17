// SPDX-License-Identifier: Apache-2.0
/** Students of a guided model: training them, and saying how good they are. */
@NullMarked
package io.lorafleet.distillation;

import org.jspecify.annotations.NullMarked;
