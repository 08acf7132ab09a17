// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a fleet on this machine: {@link io.lorafleet.standalone.supervisor.LocalFleet} starts, restarts and stops the
 * services.
 */
@NullMarked
package io.lorafleet.standalone.supervisor;

import org.jspecify.annotations.NullMarked;
