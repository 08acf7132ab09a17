// SPDX-License-Identifier: Apache-2.0
/** A Kafka broker in this process, and what the fleet needs on any broker: its topics and group settings. */
@NullMarked
package io.lorafleet.broker;

import org.jspecify.annotations.NullMarked;
