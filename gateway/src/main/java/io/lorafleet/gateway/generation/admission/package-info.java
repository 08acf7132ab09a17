// SPDX-License-Identifier: Apache-2.0
/** Checks of generation requests. An admitted request becomes a command with all of its defaults. */
@NullMarked
package io.lorafleet.gateway.generation.admission;

import org.jspecify.annotations.NullMarked;
