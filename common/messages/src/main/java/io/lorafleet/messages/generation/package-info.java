// SPDX-License-Identifier: Apache-2.0
/** Commands to generate images, and the generations' progress and results. */
@NullMarked
package io.lorafleet.messages.generation;

import org.jspecify.annotations.NullMarked;
