// SPDX-License-Identifier: Apache-2.0
/**
 * The fleet on one machine, and its command line. Read {@link io.lorafleet.standalone.Fleet} for the commands, then
 * {@link io.lorafleet.standalone.LocalFleet} for how a fleet starts and stops.
 */
@NullMarked
package io.lorafleet.standalone;

import org.jspecify.annotations.NullMarked;
