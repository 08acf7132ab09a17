// SPDX-License-Identifier: Apache-2.0
/**
 * Checks a chaos run: reads the run's history and reports which invariants hold. The check needs neither Kafka nor a
 * network, so a history can be checked again later, or on another machine.
 */
@NullMarked
package io.lorafleet.standalone.check;

import org.jspecify.annotations.NullMarked;
