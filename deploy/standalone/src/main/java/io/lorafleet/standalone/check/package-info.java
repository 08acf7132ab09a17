// SPDX-License-Identifier: Apache-2.0
/**
 * The judge of a chaos run: reads the run's history and says which invariants hold. It needs neither Kafka nor a
 * network, so a history can be judged again later, or on another machine.
 */
@NullMarked
package io.lorafleet.standalone.check;

import org.jspecify.annotations.NullMarked;
