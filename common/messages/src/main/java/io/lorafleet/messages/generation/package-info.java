// SPDX-License-Identifier: Apache-2.0
/** Commands to generate images or to cancel a generation, and the progress and results of generations. */
@NullMarked
package io.lorafleet.messages.generation;

import org.jspecify.annotations.NullMarked;
