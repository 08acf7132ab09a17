// SPDX-License-Identifier: Apache-2.0
/**
 * The gateway: accepts HTTP requests, publishes commands to Kafka and consumes the results. This package holds the
 * gateway's configuration and wiring.
 *
 * <p>Imports have the direction {@code kafka | http -> feedback, generation, adapter, model, training -> messages,
 * storage}. The state of a gateway is a fold of the topics, so that it is the same after a restart and on every
 * replica.
 */
@NullMarked
package io.lorafleet.gateway;

import org.jspecify.annotations.NullMarked;
