// SPDX-License-Identifier: Apache-2.0
/** Kafka consumers that fold topics into the gateway's state, and the logs that publish records. */
@NullMarked
package io.lorafleet.gateway.kafka;

import org.jspecify.annotations.NullMarked;
