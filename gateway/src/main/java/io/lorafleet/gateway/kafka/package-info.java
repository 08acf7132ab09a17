// SPDX-License-Identifier: Apache-2.0
/** Kafka topics: consumers that fold them into the gateway's state, and the logs that publish commands. */
@NullMarked
package io.lorafleet.gateway.kafka;

import org.jspecify.annotations.NullMarked;
