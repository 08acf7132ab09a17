// SPDX-License-Identifier: Apache-2.0
/** Completion scripts for shells. {@link io.lorafleet.standalone.completion.CompletedCommand} says what can be completed, and each shell has its own syntax. */
@NullMarked
package io.lorafleet.standalone.completion;

import org.jspecify.annotations.NullMarked;
