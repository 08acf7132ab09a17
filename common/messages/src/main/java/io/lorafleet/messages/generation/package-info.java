// SPDX-License-Identifier: Apache-2.0
/** Commands to generate images, and the progress and results of generations. */
@NullMarked
package io.lorafleet.messages.generation;

import org.jspecify.annotations.NullMarked;
