// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a fleet, breaks part of it on purpose, and writes the history that {@link io.lorafleet.standalone.check} judges.
 * A {@link io.lorafleet.standalone.chaos.cell.Cell} is one kind of fault.
 */
@NullMarked
package io.lorafleet.standalone.chaos;

import org.jspecify.annotations.NullMarked;
